/** After the start: what mailboxes hold is read before somebody asks for it, step by step, INBOX first. */
import { Effect } from "effect"
import type { MailboxId } from "../../domain/mailbox/Mailbox.ts"
import type { MailEngine } from "./MailEngine.ts"
import { readInTurns } from "./ReadInTurns.ts"

export const warm = ({ database, mailboxes, states }: MailEngine["Service"]): Effect.Effect<void> =>
  Effect.gen(function*() {
    for (const { object_id } of yield* database.read(mailboxes.list)) {
      yield* readInTurns(database, states.warm(() => mailboxes.get(object_id as MailboxId)))
    }
  }).pipe(Effect.catch((error) => Effect.logDebug("Mailboxes are read when they are opened", error)))
