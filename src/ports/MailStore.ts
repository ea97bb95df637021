/** One account's mail on this device: mailboxes, messages, flags, uids. Bytes come back as they went in. */
import { Context, type Effect, Schema, type Stream } from "effect"
import type { Flag, FlagOperation } from "../domain/mailbox/Flag.ts"
import type { EmailId, Mailbox, MailboxId, MailboxName, SpecialUse } from "../domain/mailbox/Mailbox.ts"
import type { SearchQuery } from "../domain/mailbox/SearchQuery.ts"
import type { ModSeq, Uid, UidValidity } from "../domain/mailbox/Uid.ts"
import type { UidSet } from "../domain/mailbox/UidSet.ts"
import type { MessageStructure } from "../domain/message/MessageStructure.ts"

/** The disk, the database or its key failed; nothing of the operation was kept. */
export class MailStoreError extends Schema.TaggedError<MailStoreError>()("MailStoreError", {
  operation: Schema.String,
  cause: Schema.Defect()
}) {}

export class MailboxNotFound extends Schema.TaggedError<MailboxNotFound>()("MailboxNotFound", {
  mailbox: Schema.String
}) {}

/** CREATE or RENAME onto a taken name, DELETE of INBOX or of a mailbox with children where forbidden ... */
export class MailboxRefused extends Schema.TaggedError<MailboxRefused>()("MailboxRefused", {
  mailbox: Schema.String,
  code: Schema.Literals(["exists", "cannot", "hasChildren"]),
  reason: Schema.String
}) {}

export interface NewMessage {
  readonly bytes: Uint8Array
  readonly flags: ReadonlyArray<Flag>
  /** Milliseconds, and the zone it was given in (minutes east of UTC). */
  readonly internalDate: number
  /** The object id, where it derives from something (an incoming item); else the store makes one. A placement with the
   * same id in the same mailbox is not made twice: the existing uid is answered. */
  readonly emailId?: EmailId
}

/** What `fetch` should read besides what every record has; absent = not read. */
export interface FetchFields {
  /** EMAILID and THREADID (RFC 8474). */
  readonly objectIds?: boolean
  readonly envelope?: boolean
  readonly bodyStructure?: boolean
  readonly structure?: boolean
  readonly preview?: boolean
  /** The header block only (to the blank line, inclusive). */
  readonly header?: boolean
  readonly bytes?: boolean
}

export interface MessageRecord {
  readonly uid: Uid
  /** Equal flag sets may share one array. */
  readonly flags: ReadonlyArray<Flag>
  readonly modSeq: ModSeq
  readonly internalDate: number
  readonly saveDate: number
  /** RFC822.SIZE */
  readonly size: number
  readonly emailId?: EmailId
  readonly threadId?: string
  /** As domain/message/ImapText writes them: latin1 binary strings. */
  readonly envelope?: string
  readonly bodyStructure?: string
  readonly structure?: MessageStructure
  readonly preview?: string
  readonly header?: Uint8Array
  readonly bytes?: Uint8Array
}

/** What happened, told after it is on disk, in order. What it means for a mailbox `changedSince` says: a listener need
 * not keep what it heard. */
export type MailboxChange =
  | {
    readonly _tag: "Changed"
    readonly mailbox: MailboxId
    /** New messages and new flags alike: those with a modSeq above what the listener knew. */
    readonly uids: UidSet
    readonly modSeq: ModSeq
  }
  | { readonly _tag: "Vanished"; readonly mailbox: MailboxId; readonly uids: UidSet; readonly modSeq: ModSeq }
  | { readonly _tag: "Mailboxes" }

/** A mailbox as a session sees it at one moment: existing uids ascending, flags and modseqs beside them. */
export interface Snapshot {
  readonly mailbox: Mailbox
  readonly uids: ReadonlyArray<Uid>
  /** The lowest uid without \Seen. */
  readonly firstUnseen: Uid | undefined
}

export interface Copied {
  readonly uidValidity: UidValidity
  readonly source: ReadonlyArray<Uid>
  readonly target: ReadonlyArray<Uid>
}

export interface Flagged {
  /** Every message that was free to change, with what it has now. */
  readonly changed: ReadonlyArray<{ readonly uid: Uid; readonly flags: ReadonlyArray<Flag>; readonly modSeq: ModSeq }>
  /** Changed after `unchangedSince`, and left alone. */
  readonly modified: UidSet
  /** Of this change; undefined where all had the flags already. */
  readonly modSeq: ModSeq | undefined
}

type Found<A> = Effect.Effect<A, MailStoreError | MailboxNotFound>

export class MailStore extends Context.Service<MailStore, {
  /** Sorted by name, INBOX first. */
  readonly mailboxes: Effect.Effect<ReadonlyArray<Mailbox>, MailStoreError>
  mailbox(name: MailboxName): Found<Mailbox>
  /** Makes missing parents too. */
  create(
    name: MailboxName,
    specialUse?: SpecialUse
  ): Effect.Effect<Mailbox, MailStoreError | MailboxRefused>
  /** With its children. Renaming INBOX moves its messages to a new mailbox and leaves INBOX empty (RFC 9051 §6.3.6). */
  rename(from: MailboxName, to: MailboxName): Effect.Effect<void, MailStoreError | MailboxNotFound | MailboxRefused>
  delete(name: MailboxName): Effect.Effect<void, MailStoreError | MailboxNotFound | MailboxRefused>
  subscribe(name: MailboxName, subscribed: boolean): Found<void>

  /** All or none; durable when answered. Uids ascending in the order given. */
  append(
    mailbox: MailboxId,
    messages: ReadonlyArray<NewMessage>
  ): Found<{ readonly uidValidity: UidValidity; readonly uids: ReadonlyArray<Uid> }>
  /** Same order in source and target; uids that do not exist are passed over. */
  copy(mailbox: MailboxId, uids: UidSet, target: MailboxId): Found<Copied>
  /** As copy, then gone from the source, in one transaction (RFC 6851). */
  move(mailbox: MailboxId, uids: UidSet, target: MailboxId): Found<Copied>
  /** Those changed meanwhile (`unchangedSince`, RFC 7162) are left alone and answered as `modified`. */
  flag(mailbox: MailboxId, uids: UidSet, operation: FlagOperation, flags: ReadonlyArray<Flag>, options?: {
    readonly unchangedSince?: ModSeq
  }): Found<Flagged>
  /** Removes messages with \Deleted, of `uids` where given (UID EXPUNGE). Answers which. */
  expunge(mailbox: MailboxId, uids?: UidSet): Found<{ readonly uids: ReadonlyArray<Uid>; readonly modSeq: ModSeq }>

  snapshot(mailbox: MailboxId): Found<Snapshot>
  /** Ascending by uid, in chunks; uids that do not exist are passed over. */
  fetch(
    mailbox: MailboxId,
    uids: UidSet,
    fields: FetchFields
  ): Stream.Stream<MessageRecord, MailStoreError | MailboxNotFound>
  /** Ascending uids. `now` in milliseconds, for relative dates. */
  search(mailbox: MailboxId, query: SearchQuery, now: number): Found<ReadonlyArray<Uid>>
  /** Since a modseq: uids whose flags changed or that are new, and uids that are gone; as of `modSeq`, the mailbox's
   * own at that moment. Costs next to nothing where that is the given one. */
  changedSince(mailbox: MailboxId, modSeq: ModSeq): Found<{
    readonly changed: UidSet
    readonly vanished: UidSet
    readonly modSeq: ModSeq
  }>

  /** Subscribed from the moment the stream starts; slow listeners may lose nothing, only wait. */
  readonly changes: Stream.Stream<MailboxChange>
}>()("leap-mail/ports/MailStore") {}
