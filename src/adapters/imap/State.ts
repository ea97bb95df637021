/** What a session knows between commands (RFC 3501 §3), and how commands end. */
import type { Effect, Latch, Scope, Semaphore } from "effect"
import type { MailboxId } from "../../domain/mailbox/Mailbox.ts"
import type {
  MailboxChange,
  MailboxNotFound,
  MailboxRefused,
  MailStore,
  MailStoreError
} from "../../ports/MailStore.ts"
import type { ConnectionEnded } from "./Connection.ts"
import type { Dialogue } from "./Dialogue.ts"
import type { Code } from "./grammar/Response.ts"
import type { View } from "./View.ts"

export type Store = MailStore["Service"]

export interface Selected {
  readonly mailbox: MailboxId
  readonly readOnly: boolean
  view: View
  /** As the store told them, not yet in the view: what comes while a command runs may be its own doing. */
  pending: Array<MailboxChange>
  /** Changes up to this one were in the snapshot. */
  openedAt: number
  /** Of this session's own flag changes: the client knows, or asked not to hear. */
  readonly ownModSeqs: Set<number>
}

/** Written by one command at a time; the change feed touches `selected` alone. */
export interface State {
  readonly dialogue: Dialogue
  /** Ends with the connection. */
  readonly scope: Scope.Scope
  readonly isPrivate: boolean
  /** Shared by all sessions: checking a password is dear on purpose. */
  readonly passwordChecks: Semaphore.Semaphore
  store: Store | undefined
  selected: Selected | undefined
  badLogins: number
  isBusy: boolean
  isOver: boolean
  /** Open while there is something to tell. */
  readonly news: Latch.Latch
}

/** How a command ends: the tagged reply. */
export interface Completion {
  readonly status: "OK" | "NO" | "BAD"
  readonly code?: Code | undefined
  readonly text: string
}

export type CommandError = ConnectionEnded | MailStoreError | MailboxNotFound | MailboxRefused
export type Handled = Effect.Effect<Completion, CommandError>

export const done = (text: string, code?: Code): Completion => ({ status: "OK", code, text })
export const no = (text: string, code?: Code): Completion => ({ status: "NO", code, text })
export const misused = (text: string): Completion => ({ status: "BAD", text })
export const word = (name: Extract<Code, { _tag: "Word" }>["word"]): Code => ({ _tag: "Word", word: name })
