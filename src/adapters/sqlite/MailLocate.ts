/** Where messages lie, by object id: from the states of the mailboxes, one mailbox a step. */
import { Effect, Result } from "effect"
import type { EmailId, MailboxId } from "../../domain/mailbox/Mailbox.ts"
import { ofMessages } from "../../domain/mailbox/Placements.ts"
import type { Location } from "../../ports/MailStore.ts"
import type { MailEngine } from "./MailEngine.ts"

export const make = ({ database, mailboxes, messages, states }: MailEngine["Service"]) => {
  const placementsOf = (mailbox: MailboxId, wanted: ReadonlySet<number>) =>
    mailboxes.get(mailbox).pipe(
      Result.map((row) => ofMessages(states.get(row).placements, wanted)),
      // Deleted since it was listed.
      Result.getOrElse(() => [])
    )

  return Effect.fnUntraced(function*(emailIds: ReadonlyArray<EmailId>) {
    const known = yield* database.read(() =>
      new Map(emailIds.flatMap((emailId) => {
        const id = messages.find(emailId)?.id
        return id === undefined ? [] : [[id, emailId] as const]
      }))
    )
    if (known.size === 0) return []
    const wanted = new Set(known.keys())
    const found = new Map(Array.from(known.values(), (emailId): [EmailId, Array<Location>] => [emailId, []]))
    for (const { object_id } of yield* database.read(mailboxes.list)) {
      const mailbox = object_id as MailboxId
      for (const { message, uid } of yield* database.read(() => placementsOf(mailbox, wanted))) {
        const emailId = known.get(message) as EmailId
        found.get(emailId)?.push({ emailId, mailbox, uid })
      }
      yield* Effect.yieldNow
    }
    return Array.from(found.values()).flat()
  })
}
