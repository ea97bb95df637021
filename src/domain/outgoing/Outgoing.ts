/** From a mail program's submission to the outbox: find keys, plan, sign, encrypt, keep. */
import { Clock, Effect, Option, Schema } from "effect"
import { KeyStore, type OwnKeys } from "../../ports/KeyStore.ts"
import { OpenPgp } from "../../ports/OpenPgp.ts"
import { Outbox } from "../../ports/Outbox.ts"
import { type Address, domain, parse as parseAddress } from "../account/Address.ts"
import { formatAutocrypt, formatGossip } from "../keys/Autocrypt.ts"
import { noteUse } from "../keys/Seen.ts"
import { addressOf } from "../keys/UserId.ts"
import { headerFields } from "../message/Header.ts"
import { withLegacyDisplay } from "../message/LegacyDisplay.ts"
import type { MessageStructure } from "../message/MessageStructure.ts"
import { parse } from "../message/Parse.ts"
import { makeMessageId, randomId } from "./MessageId.ts"
import { encryptedMessage, payload, signedMessage } from "./PgpMime.ts"
import { mayReceive } from "./Preflight.ts"
import { policyOf, prepare } from "./Prepare.ts"
import { distinct, isHiddenIn, resolve, type Resolved } from "./Recipients.ts"
import { refusal } from "./SenderRights.ts"
import { type Delivery, effectivePolicy, planDeliveries, type SendPolicy } from "./SendPolicy.ts"

export interface Submission {
  readonly from: string
  readonly to: ReadonlyArray<string>
  readonly bytes: Uint8Array
}

/** Nothing was kept. */
export class SubmissionRefused extends Schema.TaggedError<SubmissionRefused>()("SubmissionRefused", {
  reason: Schema.Literals(["noKeysYet", "badAddress", "otherSender", "unknownPolicy", "signedInClear"]),
  message: Schema.String
}) {}

/** Gossip makes every copy longer: a certificate with a thousand friends is not passed on. */
const MAX_GOSSIP_BYTES = 8 * 1024

const refuse = (reason: SubmissionRefused["reason"], message: string) =>
  Effect.fail(new SubmissionRefused({ reason, message }))

const readAddress = (text: string) =>
  Option.match(parseAddress(text), {
    onNone: () => refuse("badAddress", `${text} is not an address: correct it`),
    onSome: Effect.succeed
  })

/** They are made in the background, once. */
export const ownKeys = Effect.gen(function*() {
  const store = yield* KeyStore
  return (yield* store.own) ??
    (yield* refuse("noKeysYet", "This account's keys are still being made: send again in a minute"))
})

/** What the account may write as, beside subaddresses: its address, and the other addresses in its certificate. */
export const ownAddresses = Effect.fnUntraced(function*({ address, certificate }: OwnKeys) {
  const pgp = yield* OpenPgp
  const { userIds } = yield* pgp.inspect(certificate)
  return [address, ...userIds.flatMap(addressOf)]
})

/** Asked at MAIL and again of the whole message. `structure` undefined: it is not there yet. */
export const checkSender = Effect.fn("Outgoing.checkSender")(function*(from: string, structure?: MessageStructure) {
  const keys = yield* ownKeys
  const reason = refusal(yield* ownAddresses(keys), from, structure?.envelope.from ?? [])
  if (reason !== undefined) return yield* refuse("otherSender", reason)
})

/** Asked at RCPT. */
export const checkRecipient = Effect.fn("Outgoing.checkRecipient")(function*(to: string) {
  yield* mayReceive(yield* ownKeys, yield* readAddress(to))
})

/** By the person's own program: it is not wrapped again. */
const isAlready = ({ root: { parameters, subtype, type } }: MessageStructure, done: "encrypted" | "signed"): boolean =>
  type === "multipart" && subtype === done && parameters.some(({ name }) => name === "protocol")

type Encrypted = Extract<Delivery, { readonly _tag: "Encrypted" }>

/** For each other's answers (Autocrypt Level 1 §2.4): those who see each other's names anyhow. */
const gossipOf = ({ certificates, isHidden, to }: Encrypted): ReadonlyArray<string> =>
  isHidden || to.length < 2
    ? []
    : to.flatMap((address, index) => {
      const certificate = certificates[index]
      return certificate === undefined || certificate.length > MAX_GOSSIP_BYTES
        ? []
        : formatGossip(address, certificate)
    })

/** The own provider's people read with leap-mail, which shows protected headers; of others nobody knows. */
const needsLegacyDisplay = ({ to }: Encrypted, recipients: ReadonlyArray<Resolved>): boolean =>
  recipients.some(({ address, found }) =>
    to.includes(address) && !(found._tag === "Usable" && (found.source === "provider" || found.source === "own"))
  )

/** What there is of a message, or only its header where the rest is not used any more: it may be large. */
interface Held {
  bytes: Uint8Array
}

const headerOf = (bytes: Uint8Array): Uint8Array =>
  bytes.slice(0, headerFields(bytes, 0, bytes.length).at(-1)?.end ?? 0)

/** `isLast`: nobody needs more than its header after it. */
const payloadOf = (
  held: Held,
  delivery: Encrypted,
  recipients: ReadonlyArray<Resolved>,
  isLast: boolean
): Uint8Array => {
  const { bytes } = held
  if (isLast) held.bytes = headerOf(bytes)
  return payload(
    needsLegacyDisplay(delivery, recipients) ? withLegacyDisplay(bytes) : bytes,
    "cipher",
    gossipOf(delivery)
  )
}

const encrypt = Effect.fnUntraced(
  function*(keys: OwnKeys, delivery: Encrypted, recipients: ReadonlyArray<Resolved>, held: Held, isLast: boolean) {
    const pgp = yield* OpenPgp
    const { certificates, isHidden } = delivery
    // Nothing between holds on to what has been used.
    const armored = yield* pgp.encrypt({
      data: payloadOf(held, delivery, recipients, isLast),
      // To oneself, too: a copy that comes back can be read.
      recipients: isHidden ? certificates : [...certificates, keys.certificate],
      signWith: keys.secretKeys[0],
      anonymous: isHidden
    }).pipe(Effect.flatMap((encrypted) => pgp.armored("message", encrypted)))
    return encryptedMessage(held.bytes, armored)
  }
)

const sign = Effect.fnUntraced(function*(keys: OwnKeys, bytes: Uint8Array) {
  const pgp = yield* OpenPgp
  const signed = payload(bytes, "clear")
  const signature = yield* pgp.armor("signature", yield* pgp.sign(signed, keys.secretKeys[0]))
  return signedMessage(bytes, signed, signature)
})

const prepared = Effect.fnUntraced(function*(keys: OwnKeys, bytes: Uint8Array, now: number) {
  const pgp = yield* OpenPgp
  const { fingerprint } = yield* pgp.inspect(keys.certificate)
  return prepare(bytes, {
    now,
    messageId: yield* makeMessageId(domain(keys.address)),
    autocrypt: formatAutocrypt(keys.address, keys.certificate),
    openpgp: `id=${fingerprint}; preference=signencrypt`
  })
})

/** Its program did the protecting; what it left undone cannot be done round it. */
const checkSigned = Effect.fnUntraced(function*(to: ReadonlyArray<Address>, message: SendPolicy | undefined) {
  const store = yield* KeyStore
  const account = yield* store.wish()
  for (const address of to) {
    if (effectivePolicy(message, yield* store.wish(address), account) !== "require") continue
    return yield* refuse(
      "signedInClear",
      "You asked for encryption, and your mail program signed the message in clear: let it encrypt, too, or do neither"
    )
  }
})

const noteUses = Effect.fnUntraced(function*(recipients: ReadonlyArray<Resolved>, deliveries: ReadonlyArray<Delivery>) {
  const encrypted = new Set(deliveries.flatMap((delivery) => delivery._tag === "Encrypted" ? delivery.to : []))
  for (const { address, found } of recipients) {
    if (found._tag !== "Usable" || found.source === "own" || found.source === "gossip") continue
    if (encrypted.has(address)) yield* noteUse(address, found.fingerprint, "encrypt")
  }
})

/** On disk in the outbox when answered: all of it or nothing. */
export const submit = Effect.fn("Outgoing.submit")(function*(submission: Submission) {
  const outbox = yield* Outbox
  const keys = yield* ownKeys
  const { from } = submission
  const to = distinct(yield* Effect.forEach(submission.to, readAddress))
  const structure = parse(submission.bytes)
  yield* checkSender(from, structure)
  const policy = yield* Effect.fromResult(policyOf(submission.bytes)).pipe(
    Effect.catchTag("UnknownPolicy", ({ message }) => refuse("unknownPolicy", message))
  )
  const offeredAt = yield* Clock.currentTimeMillis
  const held: Held = { bytes: yield* prepared(keys, submission.bytes, offeredAt) }
  const isSigned = isAlready(structure, "signed")
  if (isSigned || isAlready(structure, "encrypted")) {
    if (isSigned) yield* checkSigned(to, policy)
    return yield* outbox.offer([{ id: yield* randomId, from, to, bytes: held.bytes, offeredAt }])
  }
  const recipients = yield* resolve(keys, to, policy, isHiddenIn(structure))
  const deliveries = yield* Effect.fromResult(planDeliveries(recipients))
  const items = yield* Effect.forEach(deliveries, (delivery, index) =>
    Effect.gen(function*() {
      const message = delivery._tag === "Signed"
        ? yield* sign(keys, held.bytes)
        : yield* encrypt(keys, delivery, recipients, held, index === deliveries.length - 1)
      return { id: yield* randomId, from, to: delivery.to, bytes: message, offeredAt }
    }))
  yield* outbox.offer(items)
  yield* noteUses(recipients, deliveries)
})
