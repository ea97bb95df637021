/** Drafts, and letters on their way: to the outbox, signed and encrypted as the person wishes, with a copy in Sent. */
import { Clock, Effect, Option, Schema } from "effect"
import { domain, parse } from "../account/Address.ts"
import type { EmailId } from "../mailbox/Mailbox.ts"
import { makeMessageId } from "../outgoing/MessageId.ts"
import { ownAddresses, ownKeys, SubmissionRefused, submit } from "../outgoing/Outgoing.ts"
import { refusal } from "../outgoing/SenderRights.ts"
import { remove } from "./Filing.ts"
import { type Letter, recipients, write } from "./Letter.ts"
import { withRole } from "./Mailboxes.ts"
import { add } from "./Messages.ts"

/** The letter goes out all the same: to send it again would send it twice. */
export class CopyNotKept extends Schema.TaggedError<CopyNotKept>()("CopyNotKept", {
  messageId: Schema.String,
  cause: Schema.Defect()
}) {
  override get message(): string {
    return "It is sent, but the copy of it, or its draft, could not be filed"
  }
}

const refused = (reason: SubmissionRefused["reason"], message: string) => new SubmissionRefused({ reason, message })

/** Nobody writes in another's name. */
const sender = Effect.fnUntraced(function*({ from }: Letter) {
  const keys = yield* ownKeys
  if (from === undefined) return { address: keys.address, name: "" }
  const reason = refusal(yield* ownAddresses(keys), from.address, [])
  return reason === undefined ? from : yield* refused("badAddress", reason)
})

const written = Effect.fnUntraced(function*(letter: Letter) {
  const from = yield* sender(letter)
  const host = Option.match(parse(from.address), { onNone: () => "localhost", onSome: domain })
  const messageId = yield* makeMessageId(host)
  const now = yield* Clock.currentTimeMillis
  return { from: from.address, messageId: messageId.slice(1, -1), bytes: write(letter, { from, messageId, now }) }
})

/** Into Drafts; in the place of an older draft, if there is one. Answers the new one. */
export const saveDraft = Effect.fn("Send.saveDraft")(function*(letter: Letter, replaces?: EmailId) {
  const drafts = yield* withRole("drafts")
  const { bytes } = yield* written(letter)
  const draft = yield* add(drafts.id, bytes, { flags: ["\\Draft", "\\Seen"] })
  if (replaces !== undefined) yield* remove([replaces], { in: drafts.id })
  return draft
})

/**
 * Answers when it is on disk in the outbox, from where it goes by itself; what cannot be delivered comes back to INBOX
 * as a report. Nothing is kept where it is refused. The draft that it was is removed.
 */
export const send = Effect.fn("Send.send")(function*(letter: Letter, draft?: EmailId) {
  const to = recipients(letter)
  if (to.length === 0) return yield* refused("badAddress", "There is nobody to send it to: name someone")
  const { bytes, from, messageId } = yield* written(letter)
  yield* submit({ from, to, bytes })
  return yield* Effect.gen(function*() {
    const sent = yield* withRole("sent")
    const copy = yield* add(sent.id, bytes, { flags: ["\\Seen"] })
    if (draft !== undefined) yield* remove([draft])
    return copy
  }).pipe(Effect.mapError((cause) => new CopyNotKept({ messageId, cause })))
})
