import { Effect, Stream } from "effect"
import * as Filing from "leap-mail/domain/mail/Filing"
import * as Find from "leap-mail/domain/mail/Find"
import { reply } from "leap-mail/domain/mail/Letter"
import * as Mailboxes from "leap-mail/domain/mail/Mailboxes"
import * as Messages from "leap-mail/domain/mail/Messages"
import * as Send from "leap-mail/domain/mail/Send"
import * as Watch from "leap-mail/domain/mail/Watch"
import type { EmailId } from "leap-mail/domain/mailbox/Mailbox"

/** The newest messages of INBOX, one a line. */
export const overview = Effect.gen(function*() {
  const { id, unseen } = yield* Mailboxes.named("INBOX")
  const newest = Messages.list(id, { sort: [{ key: "arrival", reverse: true }], take: 20 })
  const lines = yield* Stream.runCollect(Stream.map(newest, ({ from, subject }) => `${from[0]?.address}: ${subject}`))
  return { unseen, lines }
})

/** Every PDF of the account that nobody has filed yet: its bytes by name, and then it is filed. */
export const fileInvoices = Effect.gen(function*() {
  const target = yield* Mailboxes.ensure("Invoices")
  const found = yield* Find.find({
    _tag: "And",
    queries: [
      { _tag: "Envelope", field: "subject", text: "invoice" },
      { _tag: "Not", query: { _tag: "HasFlag", flag: "$filed" } }
    ]
  })
  const files = new Map<string, Uint8Array>()
  for (const { emailId } of found) {
    for (const { name, number, type } of yield* Messages.parts(emailId)) {
      if (type !== "application/pdf") continue
      const { bytes } = yield* Messages.part(emailId, number)
      files.set(name ?? "invoice.pdf", bytes)
    }
  }
  const ids = found.map(({ emailId }) => emailId)
  yield* Filing.tag(ids, "add", ["$filed", "\\Seen"])
  yield* Filing.move(ids, target.id)
  return files
})

/** Answers a message; signed, and encrypted where a key of the other is known. */
export const thank = Effect.fnUntraced(function*(id: EmailId) {
  const message = yield* Messages.get(id)
  return yield* Send.send({ ...reply(message), text: "Thank you, I have it.\n" })
})

/** Shows each message of INBOX as it comes, until it is told to stop. */
export const tell = Effect.fnUntraced(function*(show: (subject: string) => Effect.Effect<void>) {
  const inbox = yield* Mailboxes.named("INBOX")
  yield* Watch.watch({ in: inbox.id }).pipe(
    Stream.runForEach((change) => change._tag === "Arrived" ? show(change.message.subject) : Effect.void)
  )
})
