/** Care of an account's store while it is in use: nobody waits for it longer than for any other step. */
import { Context, type Effect, Schema, type Stream } from "effect"
import type { EmailId, MailboxName } from "../domain/mailbox/Mailbox.ts"
import type { Uid } from "../domain/mailbox/Uid.ts"

export class MaintenanceError extends Schema.TaggedError<MaintenanceError>()("MaintenanceError", {
  operation: Schema.Literals(["be backed up", "be verified", "give back room"]),
  /** A sentence that says what to do. */
  reason: Schema.String,
  cause: Schema.Defect()
}) {
  override get message(): string {
    return `The mail store could not ${this.operation}. ${this.reason}`
  }
}

export interface Place {
  readonly mailbox: MailboxName
  readonly uid: Uid
}

/** Where a message is concerned: what can still be read of where it is. */
interface Concerned {
  readonly emailId: EmailId | undefined
  readonly places: ReadonlyArray<Place>
}

/** What a verification says as it goes. Reasons are sentences. */
export type Finding =
  /** Of the file as a whole: tables, indexes, counts that belong to no message. */
  | { readonly _tag: "FileDamaged"; readonly reason: string }
  | { readonly _tag: "MailboxDamaged"; readonly mailbox: MailboxName; readonly reason: string }
  /** Its octets are not, or not surely, those that came. */
  | Concerned & { readonly _tag: "MessageDamaged"; readonly reason: string }
  /** Its octets are right; what is derived from them is not what the program would make of them now. */
  | Concerned & { readonly _tag: "MessageStale"; readonly reason: string }
  /** So many have been walked, and so many of their octets. The last finding is one of these. */
  | { readonly _tag: "Checked"; readonly messages: number; readonly octets: number }

export class Maintenance extends Context.Service<Maintenance, {
  /**
   * A copy as of one moment, encrypted under the same key, read through once before it gets its name. `to` must not be
   * there yet. Answers its octets.
   */
  backup(to: string): Effect.Effect<number, MaintenanceError>
  /** Everything as of one moment: the file, mailboxes, each message with its contents, references, what is derived. */
  readonly verify: Stream.Stream<Finding, MaintenanceError>
  /** Gives the room of what is gone back to the disk, in small steps. Answers its octets. */
  readonly vacuum: Effect.Effect<number, MaintenanceError>
}>()("leap-mail/ports/Maintenance") {}
