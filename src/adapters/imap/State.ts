/** What a session knows between commands (RFC 3501 §3), and how commands end. */
import { Data, type Effect, type Latch, type Scope } from "effect"
import type { MailboxId, MailboxName } from "../../domain/mailbox/Mailbox.ts"
import type { ModSeq, UidValidity } from "../../domain/mailbox/Uid.ts"
import type { UidSet } from "../../domain/mailbox/UidSet.ts"
import type { MailboxNotFound, MailboxRefused, MailStore, MailStoreError } from "../../ports/MailStore.ts"
import type { Connection, ConnectionEnded } from "./Connection.ts"
import type { Dialogue } from "./Dialogue.ts"
import type { Code } from "./grammar/Response.ts"
import type { Logins } from "./Logins.ts"
import type { MetadataNews } from "./MetadataNews.ts"
import type { View } from "./View.ts"
import type { Watch } from "./Watch.ts"

export type Store = MailStore["Service"]

/** What a client switches on by ENABLE (RFC 5161), or by what implies it. */
export const FEATURES = ["IMAP4rev2", "CONDSTORE", "QRESYNC", "UIDONLY", "UTF8=ACCEPT", "METADATA"] as const
export type Feature = (typeof FEATURES)[number]

export interface Selected {
  /** Becomes another one where mailboxes were made one (`Whereabouts`). */
  mailbox: MailboxId
  /** As it was when it was selected. */
  readonly name: MailboxName
  readonly uidValidity: UidValidity
  readonly readOnly: boolean
  view: View
  /** Changes up to this one are in the view. */
  modSeq: ModSeq
  /** `$` (RFC 5182) */
  saved: UidSet
}

/** Written by one command at a time. */
export interface State {
  readonly dialogue: Dialogue
  /** Ends with the connection. */
  readonly scope: Scope.Scope
  isPrivate: boolean
  startTls: Connection["startTls"]
  compression: "never" | "off" | "on"
  /** Shared by all sessions. */
  readonly logins: Logins
  /** When the client must be logged in, in milliseconds. */
  readonly loginUntil: number
  store: Store | undefined
  selected: Selected | undefined
  readonly enabled: Set<Feature>
  readonly annotations: MetadataNews
  /** What the client asked to be told of; undefined until it does. */
  watch: Watch | undefined
  badLogins: number
  isOver: boolean
  /** Opened where there may be something to tell. */
  readonly news: Latch.Latch
}

/** How a command ends: the tagged reply. */
export interface Completion {
  readonly status: "OK" | "NO" | "BAD"
  readonly code?: Code | undefined
  readonly text: string
  /** What the client is told of before it happens. */
  readonly afterwards?: Effect.Effect<void, ConnectionEnded>
}

/** A command that ends before its time, with this reply. */
export class Refused extends Data.TaggedError("Refused")<{ readonly completion: Completion }> {}

export type CommandError = ConnectionEnded | MailStoreError | MailboxNotFound | MailboxRefused | Refused
export type Handled = Effect.Effect<Completion, CommandError>

export const done = (text: string, code?: Code): Completion => ({ status: "OK", code, text })
export const no = (text: string, code?: Code): Completion => ({ status: "NO", code, text })
export const misused = (text: string, code?: Code): Completion => ({ status: "BAD", code, text })
export const refused = (completion: Completion): Refused => new Refused({ completion })
/** Mailbox names go as they are, not in modified UTF-7 (RFC 6855 §3, RFC 9051 §5.1). */
export const speaksUtf8 = ({ enabled }: Pick<State, "enabled">): boolean =>
  enabled.has("IMAP4rev2") || enabled.has("UTF8=ACCEPT")

export const word = (name: Extract<Code, { _tag: "Word" }>["word"]): Code => ({ _tag: "Word", word: name })
