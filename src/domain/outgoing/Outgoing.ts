/** From a mail program's submission to the outbox: find keys, plan, sign, encrypt, keep. */
import { Clock, Effect, Option, Schema } from "effect"
import { KeyStore, type OwnKeys } from "../../ports/KeyStore.ts"
import { OpenPgp } from "../../ports/OpenPgp.ts"
import { Outbox } from "../../ports/Outbox.ts"
import { type Address, canonical, domain, parse as parseAddress } from "../account/Address.ts"
import { formatAutocrypt } from "../keys/Autocrypt.ts"
import { find, PATIENCE } from "../keys/Discovery.ts"
import type { EnvelopeAddress, MessageStructure } from "../message/MessageStructure.ts"
import { parse } from "../message/Parse.ts"
import { makeMessageId, randomId } from "./MessageId.ts"
import { encryptedMessage, payload, signedMessage } from "./PgpMime.ts"
import { policyOf, prepare } from "./Prepare.ts"
import { type Delivery, planDeliveries, type Recipient } from "./SendPolicy.ts"

export interface Submission {
  /** The account's address or a subaddress of it: whoever takes the submission has checked it. */
  readonly from: string
  readonly to: ReadonlyArray<string>
  readonly bytes: Uint8Array
}

/** Nothing was kept. */
export class SubmissionRefused extends Schema.TaggedError<SubmissionRefused>()("SubmissionRefused", {
  reason: Schema.Literals(["noKeysYet", "badAddress"]),
  message: Schema.String
}) {}

/** Key look-ups at a time. */
const LOOKUPS = 8

const readAddress = (text: string) =>
  Option.match(parseAddress(text), {
    onNone: () =>
      Effect.fail(new SubmissionRefused({ reason: "badAddress", message: `${text} is not an address: correct it` })),
    onSome: Effect.succeed
  })

const own = Effect.gen(function*() {
  const store = yield* KeyStore
  return (yield* store.own) ?? (yield* new SubmissionRefused({
    reason: "noKeysYet",
    message: "This account's keys are still being made: send again in a minute"
  }))
})

/** Signed or encrypted already, by the person's own program: it is not wrapped again. */
const isProtected = ({ root: { parameters, subtype, type } }: MessageStructure): boolean =>
  type === "multipart" && (subtype === "encrypted" || subtype === "signed") &&
  parameters.some(({ name }) => name === "protocol")

const named = ({ envelope: { cc, to } }: MessageStructure): ReadonlySet<Address> => {
  const address = ({ host, mailbox }: EnvelopeAddress) => parseAddress(`${mailbox ?? ""}@${host ?? ""}`)
  return new Set([...to, ...cc].flatMap((one) => Option.toArray(Option.map(address(one), canonical))))
}

const findRecipients = Effect.fnUntraced(
  function*(keys: OwnKeys, structure: MessageStructure, to: ReadonlyArray<Address>) {
    const visible = named(structure)
    const deadline = (yield* Clock.currentTimeMillis) + PATIENCE
    return yield* Effect.forEach(
      to,
      (address) =>
        Effect.map(find(keys, address, deadline), (found): Recipient => ({
          address,
          certificate: found._tag === "Usable" ? found.certificate : undefined,
          isHidden: !visible.has(canonical(address))
        })),
      { concurrency: LOOKUPS }
    )
  }
)

const protect = Effect.fnUntraced(function*(keys: OwnKeys, delivery: Delivery, bytes: Uint8Array) {
  const pgp = yield* OpenPgp
  const [secretKey] = keys.secretKeys
  if (delivery._tag === "Signed") {
    const signed = payload(bytes, "clear")
    const signature = yield* pgp.armor("signature", yield* pgp.sign(signed, secretKey))
    return signedMessage(bytes, signed, signature)
  }
  const { certificates, isHidden } = delivery
  const encrypted = yield* pgp.encrypt({
    data: payload(bytes, "cipher"),
    // To oneself, too: a copy that comes back can be read.
    recipients: isHidden ? certificates : [...certificates, keys.certificate],
    signWith: secretKey,
    anonymous: isHidden
  })
  return encryptedMessage(bytes, yield* pgp.armor("message", encrypted))
})

/** On disk in the outbox when answered: all of it or nothing. */
export const submit = Effect.fn("Outgoing.submit")(function*(submission: Submission) {
  const outbox = yield* Outbox
  const keys = yield* own
  const to = yield* Effect.forEach(submission.to, readAddress)
  const structure = parse(submission.bytes)
  const offeredAt = yield* Clock.currentTimeMillis
  const bytes = prepare(submission.bytes, {
    now: offeredAt,
    messageId: yield* makeMessageId(domain(keys.address)),
    autocrypt: formatAutocrypt(keys.address, keys.certificate)
  })
  if (isProtected(structure)) {
    return yield* outbox.offer([{ id: yield* randomId, from: submission.from, to, bytes, offeredAt }])
  }
  const policy = Option.getOrElse(policyOf(submission.bytes), () => "prefer" as const)
  const deliveries = yield* Effect.fromResult(
    planDeliveries(policy, yield* findRecipients(keys, structure, to))
  )
  const items = yield* Effect.forEach(deliveries, (delivery) =>
    Effect.gen(function*() {
      const message = yield* protect(keys, delivery, bytes)
      return { id: yield* randomId, from: submission.from, to: delivery.to, bytes: message, offeredAt }
    }))
  yield* outbox.offer(items)
})
