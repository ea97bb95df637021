/** One account's mail on this device: mailboxes, messages, flags, uids. Bytes come back as they went in. */
import { Context, type Effect, Schema, type Stream } from "effect"
import type { Verdict } from "../domain/incoming/Verdict.ts"
import type { Flag, FlagOperation } from "../domain/mailbox/Flag.ts"
import type { EmailId, Mailbox, MailboxId, MailboxName, SpecialUse } from "../domain/mailbox/Mailbox.ts"
import type { EntryName, Metadata, MetadataChange } from "../domain/mailbox/Metadata.ts"
import type { Placements } from "../domain/mailbox/Placements.ts"
import type { SearchQuery } from "../domain/mailbox/SearchQuery.ts"
import type { SortFacts } from "../domain/mailbox/Sort.ts"
import type { SortKey } from "../domain/mailbox/SortKey.ts"
import type { ThreadFacts } from "../domain/mailbox/Thread.ts"
import type { ModSeq, Uid, UidValidity } from "../domain/mailbox/Uid.ts"
import type { UidSet } from "../domain/mailbox/UidSet.ts"
import type { MessageStructure } from "../domain/message/MessageStructure.ts"

/** The disk, the database or its key failed; nothing of the operation was kept. */
export class MailStoreError extends Schema.TaggedError<MailStoreError>()("MailStoreError", {
  operation: Schema.String,
  /** The disk is: others could do it again where there is room. */
  isFull: Schema.optionalKey(Schema.Boolean),
  /** A content of a message is at the provider only, and could not be had from there now. */
  isElsewhere: Schema.optionalKey(Schema.Boolean),
  cause: Schema.Defect()
}) {
  override get message(): string {
    if (this.isElsewhere === true) {
      return "An attachment of this message is not on this device, and the provider cannot be asked for it now: " +
        "try again when it can be reached"
    }
    const why = this.cause instanceof Error ? this.cause.message : String(this.cause)
    return `The mail store could not ${this.operation}. ${why}`
  }
}

export class MailboxNotFound extends Schema.TaggedError<MailboxNotFound>()("MailboxNotFound", {
  mailbox: Schema.String
}) {
  override get message(): string {
    return `There is no mailbox ${this.mailbox}`
  }
}

/** `exists`: the name is taken; `hasChildren`: those are to be deleted first; `cannot`: all else, as `reason` says. */
export class MailboxRefused extends Schema.TaggedError<MailboxRefused>()("MailboxRefused", {
  mailbox: Schema.String,
  code: Schema.Literals(["exists", "cannot", "hasChildren"]),
  reason: Schema.String
}) {
  override get message(): string {
    return this.reason
  }
}

/** The mailbox is there, the message is not, or not any more. */
export class MessageNotFound extends Schema.TaggedError<MessageNotFound>()("MessageNotFound", {
  mailbox: Schema.String,
  uid: Schema.Natural
}) {
  override get message(): string {
    return `There is no message ${this.uid} in mailbox ${this.mailbox} (any more)`
  }
}

/** Past a limit of domain/mailbox/Metadata, or no name of an entry; nothing was changed. */
export class MetadataRefused extends Schema.TaggedError<MetadataRefused>()("MetadataRefused", {
  code: Schema.Literals(["badName", "tooBig", "tooMany"]),
  reason: Schema.String
}) {
  override get message(): string {
    return this.reason
  }
}

/** What came with a message and is no part of its bytes; said once, when it is put in. */
export interface Protection {
  readonly verdict: Verdict
  /** As its sender sent it, where it was changed to be read: decrypted, say. */
  readonly original?: Uint8Array
}

export interface NewMessage {
  readonly bytes: Uint8Array
  readonly flags: ReadonlyArray<Flag>
  /** Milliseconds since 1970, before it negative; fractions are cut off. */
  readonly internalDate: number
  /**
   * The object id, where it derives from something (an incoming item); else the store makes one. A placement with the
   * same id in the same mailbox is not made twice: the lowest existing uid is answered. One id has one content: where
   * the account has it anywhere, that is taken.
   */
  readonly emailId?: EmailId
  /** Of a message that came in; none of one that a mail program put here. */
  readonly protection?: Protection
}

/** What `fetch` should read besides what every record has; absent = not read. */
export interface FetchFields {
  /** EMAILID and THREADID (RFC 8474). */
  readonly objectIds?: boolean
  readonly envelope?: boolean
  readonly bodyStructure?: boolean
  readonly structure?: boolean
  readonly preview?: boolean
  readonly verdict?: boolean
  readonly original?: boolean
  /** The header block only (to the blank line, inclusive). */
  readonly header?: boolean
  readonly bytes?: boolean
  /** With `bytes` and `structure`, part numbers: what is not on this device and in none of them may be NULs. */
  readonly parts?: ReadonlyArray<ReadonlyArray<number>>
}

export interface MessageRecord {
  readonly uid: Uid
  /** A set, in no order. Equal sets may share one array. */
  readonly flags: ReadonlyArray<Flag>
  readonly modSeq: ModSeq
  readonly internalDate: number
  /** When it came into this mailbox, in whichever way (RFC 8514). */
  readonly saveDate: number
  /** RFC822.SIZE */
  readonly size: number
  readonly emailId?: EmailId
  /** One for messages that refer to each other, in whichever order they came. */
  readonly threadId?: string
  /** As domain/message/ImapText writes them: latin1 binary strings. */
  readonly envelope?: string
  readonly bodyStructure?: string
  readonly structure?: MessageStructure
  readonly preview?: string
  /** Where the message has one: see `Protection`. */
  readonly verdict?: Verdict
  readonly original?: Uint8Array
  readonly header?: Uint8Array
  readonly bytes?: Uint8Array
}

/**
 * What happened, told after it is on disk, in order: once for each mailbox that an operation changed, nothing where it
 * changed nothing. What it means for a mailbox `changedSince` says: a listener need not keep what it heard.
 */
export type MailboxChange =
  | {
    readonly _tag: "Changed"
    readonly mailbox: MailboxId
    /** New messages and new flags alike: those with a modSeq above what the listener knew. */
    readonly uids: UidSet
    readonly modSeq: ModSeq
  }
  | { readonly _tag: "Vanished"; readonly mailbox: MailboxId; readonly uids: UidSet; readonly modSeq: ModSeq }
  /** Some were made, renamed, (un)subscribed, or deleted with all in them. Told before what then lies in them. */
  | { readonly _tag: "Mailboxes" }
  | {
    readonly _tag: "Metadata"
    /** undefined: the server's. */
    readonly mailbox: MailboxId | undefined
    readonly entries: ReadonlyArray<EntryName>
  }

/** A mailbox at one moment. Placements are immutable: whoever holds them holds that moment, at no cost to the store. */
export interface Snapshot {
  readonly mailbox: Mailbox
  readonly placements: Placements
}

export interface Copied {
  readonly uidValidity: UidValidity
  readonly source: ReadonlyArray<Uid>
  readonly target: ReadonlyArray<Uid>
}

/** One placement of a message. */
export interface Location {
  readonly emailId: EmailId
  readonly mailbox: MailboxId
  readonly uid: Uid
}

/** What an account takes up (RFC 9208 §5). */
export interface Usage {
  readonly mailboxes: number
  /** In all mailboxes: a message in two of them counts twice, its size as well. */
  readonly messages: number
  readonly size: number
  /** Octets on this device, all told: contents once, indexes, what the disk has not given back yet. */
  readonly stored: number
  /** Octets that it may grow by: what the disk has left. Undefined where nothing says. */
  readonly free: number | undefined
}

export interface Flagged {
  /** Every message that was free to change. */
  readonly free: UidSet
  /** Of these, those whose flags became others. */
  readonly altered: UidSet
  /** Changed after `unchangedSince`, and left alone. */
  readonly modified: UidSet
  /** Of this change; undefined where all had the flags already. */
  readonly modSeq: ModSeq | undefined
}

type Found<A> = Effect.Effect<A, MailStoreError | MailboxNotFound>

/** Each change of a mailbox raises its modseq by one; what changes nothing leaves it. */
export class MailStore extends Context.Service<MailStore, {
  /** Sorted by name (code points), INBOX first. A new store has the standard ones. */
  readonly mailboxes: Effect.Effect<ReadonlyArray<Mailbox>, MailStoreError>
  /** Here and below, names are made canonical first (`parseName`). */
  mailbox(name: MailboxName): Found<Mailbox>
  mailboxById(mailbox: MailboxId): Found<Mailbox>
  /**
   * Subscribed, under a uidvalidity above all that this store gave before; missing parents too. A special use has one
   * mailbox at most.
   */
  create(
    name: MailboxName,
    specialUse?: SpecialUse
  ): Effect.Effect<Mailbox, MailStoreError | MailboxRefused>
  /**
   * With its children; ids, uids and uidvalidity stay. Renaming INBOX moves its messages to a new mailbox and leaves
   * INBOX and what lies below it (RFC 9051 §6.3.6).
   */
  rename(from: MailboxName, to: MailboxName): Effect.Effect<void, MailStoreError | MailboxNotFound | MailboxRefused>
  /**
   * With its messages. Never INBOX, never one that has children. A name that was subscribed stays so (RFC 9051 §6.3.7), until
   * it is unsubscribed or there is a mailbox of this name.
   */
  delete(name: MailboxName): Effect.Effect<void, MailStoreError | MailboxNotFound | MailboxRefused>
  subscribe(name: MailboxName, subscribed: boolean): Found<void>
  /** Names that are subscribed and have no mailbox, sorted by code points. */
  readonly subscriptions: Effect.Effect<ReadonlyArray<MailboxName>, MailStoreError>
  readonly usage: Effect.Effect<Usage, MailStoreError>

  /** Of a mailbox, which keeps them through a renaming, or the server's. Renaming INBOX copies them (RFC 5464 §4.1). */
  metadata(mailbox: MailboxId | undefined): Found<Metadata>
  /** All or none. */
  setMetadata(
    mailbox: MailboxId | undefined,
    changes: ReadonlyArray<MetadataChange>
  ): Effect.Effect<void, MailStoreError | MailboxNotFound | MetadataRefused>

  /** All or none; durable when answered. Uids in the order given, one after another from `uidNext`; never given twice. */
  append(
    mailbox: MailboxId,
    messages: ReadonlyArray<NewMessage>
  ): Found<{ readonly uidValidity: UidValidity; readonly uids: ReadonlyArray<Uid> }>
  /** Puts `message` into `target` and takes `uid` out of `mailbox`, both or neither (RFC 8508). It inherits nothing. */
  replace(mailbox: MailboxId, uid: Uid, target: MailboxId, message: NewMessage): Effect.Effect<
    { readonly uidValidity: UidValidity; readonly uid: Uid },
    MailStoreError | MailboxNotFound | MessageNotFound
  >
  /** Same order in source and target, same flags and internal dates; uids that do not exist are passed over. */
  copy(mailbox: MailboxId, uids: UidSet, target: MailboxId): Found<Copied>
  /** As copy, then gone from the source, in one transaction (RFC 6851). Within one mailbox: to new uids, two changes. */
  move(mailbox: MailboxId, uids: UidSet, target: MailboxId): Found<Copied>
  /** Those changed meanwhile (`unchangedSince`, RFC 7162) are left alone and answered as `modified`. */
  flag(mailbox: MailboxId, uids: UidSet, operation: FlagOperation, flags: ReadonlyArray<Flag>, options?: {
    readonly unchangedSince?: ModSeq
  }): Found<Flagged>
  /** Removes messages with \Deleted, of `uids` where given (UID EXPUNGE). Answers which, and the mailbox's modseq. */
  expunge(mailbox: MailboxId, uids?: UidSet): Found<{ readonly uids: ReadonlyArray<Uid>; readonly modSeq: ModSeq }>

  snapshot(mailbox: MailboxId): Found<Snapshot>
  /** In the order asked, then in that of the mailboxes and uids. What lies nowhere is passed over. */
  locate(emailIds: ReadonlyArray<EmailId>): Effect.Effect<ReadonlyArray<Location>, MailStoreError>
  /** Ascending by uid, in chunks of some megabytes at most; uids that do not exist are passed over. */
  fetch(
    mailbox: MailboxId,
    uids: UidSet,
    fields: FetchFields
  ): Stream.Stream<MessageRecord, MailStoreError | MailboxNotFound>
  /** Ascending uids. `now` in milliseconds, for relative dates. */
  search(mailbox: MailboxId, query: SearchQuery, now: number): Found<ReadonlyArray<Uid>>
  /** What of messages is compared to sort them (domain/mailbox/Sort). Ascending by uid, in chunks. */
  sortFacts(
    mailbox: MailboxId,
    uids: UidSet,
    keys: ReadonlyArray<SortKey>
  ): Stream.Stream<SortFacts, MailStoreError | MailboxNotFound>
  /** What of messages says which belong together (domain/mailbox/Thread). Ascending by uid, in chunks. */
  threadFacts(mailbox: MailboxId, uids: UidSet): Stream.Stream<ThreadFacts, MailStoreError | MailboxNotFound>
  /** Since a modseq: existing uids whose flags changed or that are new, and uids that went; as of `modSeq`, the mailbox's
   * own at that moment. Costs next to nothing where that is the given one. */
  changedSince(mailbox: MailboxId, modSeq: ModSeq): Found<{
    readonly changed: UidSet
    readonly vanished: UidSet
    readonly modSeq: ModSeq
  }>

  /** Subscribed from the moment the stream starts; slow listeners lose nothing, they only hear later. */
  readonly changes: Stream.Stream<MailboxChange>
}>()("leap-mail/ports/MailStore") {}
