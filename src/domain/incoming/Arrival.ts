/** At the provider: mail for an account is encrypted to its key before anything of it is kept. */
import { Clock, Effect, Schema } from "effect"
import { OpenPgp } from "../../ports/OpenPgp.ts"
import { ProviderAccounts } from "../../ports/ProviderAccounts.ts"
import { ProviderQueue } from "../../ports/ProviderQueue.ts"
import type { AccountId } from "../../ports/ProviderStoreError.ts"
import type { Address } from "../account/Address.ts"
import { prependHeaders } from "../message/HeaderEdit.ts"
import { counted } from "./ArrivalCounts.ts"
import { renameForged } from "./Forgery.ts"
import { type Authentication, provenanceHeader, UNKNOWN } from "./Provenance.ts"
import { PROVENANCE_HEADER } from "./Verdict.ts"

/** For good: SMTP 550 5.1.1. */
export class NoSuchAccount extends Schema.TaggedError<NoSuchAccount>()("NoSuchAccount", { address: Schema.String }) {
  override get message(): string {
    return `There is no mailbox ${this.address} here: check the address`
  }
}

/** For now: SMTP 450 4.7.13. The account exists, and its owner has not published a key yet. */
export class NoKeyYet extends Schema.TaggedError<NoKeyYet>()("NoKeyYet", { address: Schema.String }) {
  override get message(): string {
    return `${this.address} has no usable key yet, so mail for it cannot be protected: try again later`
  }
}

/** For good: SMTP 550 5.2.1. */
export class MailboxDisabled extends Schema.TaggedError<MailboxDisabled>()("MailboxDisabled", {
  address: Schema.String
}) {
  override get message(): string {
    return `${this.address} does not receive mail`
  }
}

/** For now: SMTP 452 4.2.2. */
export class MailboxFull extends Schema.TaggedError<MailboxFull>()("MailboxFull", { address: Schema.String }) {
  override get message(): string {
    return `The mailbox ${this.address} is full: try again later`
  }
}

export interface ArrivingMessage {
  readonly to: Address
  readonly bytes: Uint8Array
  /** The trace fields of its last hop, where they do not stand on top already. */
  readonly trace?: Uint8Array
  /** The provider's host name. */
  readonly receivedBy: string
  /** What was found out of its origin; absent where it began here. */
  readonly authentication?: Authentication
  /** What `accept` answered, where it was asked before. */
  readonly accepted?: Accepted | undefined
}

export interface Accepted {
  readonly id: AccountId
  readonly certificate: Uint8Array
  /** When that was so: milliseconds. */
  readonly at: number
}

/** Milliseconds that an answer at RCPT holds: a key that is published meanwhile counts for the next message. */
const HOLDS = 30_000

/** May mail for the address come? Asked at RCPT, of every message: no span of its own. */
export const accept = Effect.fnUntraced(function*(to: Address) {
  const { recipient } = yield* ProviderAccounts
  const at = yield* Clock.currentTimeMillis
  const account = yield* recipient(to)
  if (account === undefined) return yield* new NoSuchAccount({ address: to })
  const { certificate, id, isDisabled, quota, used } = account
  if (isDisabled) return yield* new MailboxDisabled({ address: to })
  if (certificate === undefined) return yield* new NoKeyYet({ address: to })
  if (quota !== undefined && used >= quota) return yield* new MailboxFull({ address: to })
  const accepted: Accepted = { id, certificate, at }
  return accepted
})

/** Durable when answered; in clear only in memory. */
export const arrive = Effect.fn("Arrival.arrive")(function*(message: ArrivingMessage) {
  const pgp = yield* OpenPgp
  const { enqueue } = yield* ProviderQueue
  const now = yield* Clock.currentTimeMillis
  const { accepted } = message
  const isFresh = accepted !== undefined && Math.abs(now - accepted.at) < HOLDS
  const { certificate, id } = isFresh ? accepted : yield* accept(message.to)
  const stamped = prependHeaders(renameForged(message.bytes), [[
    PROVENANCE_HEADER,
    provenanceHeader({
      arrivedAt: now,
      receivedBy: message.receivedBy,
      encryptedAtArrival: true,
      ...message.authentication ?? UNKNOWN
    })
  ]], message.trace)
  const encrypted = yield* pgp.encrypt({
    data: stamped,
    recipients: [certificate],
    signWith: undefined,
    anonymous: false
    // An expired, revoked or broken certificate: the sender tries again, the owner publishes a better one.
  }).pipe(Effect.catchTag("OpenPgpError", (error) =>
    Effect.andThen(
      Effect.logWarning("Mail waits at its sender: the recipient's certificate does not encrypt", error.reason),
      new NoKeyYet({ address: message.to })
    )))
  return yield* enqueue(id, encrypted, now).pipe(
    Effect.catchTag("OverQuota", () => new MailboxFull({ address: message.to }))
  )
}, counted)
