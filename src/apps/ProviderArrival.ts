/** How mail arrives at a provider: what its front doors, its tables and its spools answer. */
import { Effect, Option } from "effect"
import type { SpooledMessage } from "../adapters/maildir/MaildirSpool.ts"
import type { ArrivedMessage, ArrivingHandlers } from "../adapters/smtp/Arriving.ts"
import type { Peer, Received } from "../adapters/smtp/SmtpListener.ts"
import { SmtpRefusal, tooOften, unknownRecipient } from "../adapters/smtp/SmtpRefusal.ts"
import type { Answer } from "../adapters/tcp-table/Protocol.ts"
import { type Address, domain, parse, withSubaddress } from "../domain/account/Address.ts"
import { networkOf } from "../domain/account/Network.ts"
import * as Arrival from "../domain/incoming/Arrival.ts"
import type { Authentication } from "../domain/incoming/Provenance.ts"
import type { Home } from "../domain/outgoing/Relay.ts"
import type { OpenPgp } from "../ports/OpenPgp.ts"
import { ProviderAccounts } from "../ports/ProviderAccounts.ts"
import type { ProviderQueue } from "../ports/ProviderQueue.ts"
import type { ProviderStoreError } from "../ports/ProviderStoreError.ts"
import { type Rate, RateLimits } from "../ports/RateLimits.ts"
import { SenderCheck } from "../ports/SenderCheck.ts"

/** RFC 5321 §4.5.1: the postmaster needs no domain. */
const POSTMASTER = /^postmaster$/i

const addressed = (text: string, [domain]: Home["domains"]): Effect.Effect<Address, SmtpRefusal> =>
  Option.match(parse(POSTMASTER.test(text) ? `${text}@${domain}` : text), {
    onNone: () => Effect.fail(unknownRecipient(text)),
    onSome: Effect.succeed
  })

/** How the arrival program's errors are said in SMTP; others are answered 451. */
export const replies = {
  NoSuchAccount: ({ message }: Arrival.NoSuchAccount) =>
    Effect.fail(new SmtpRefusal({ code: 550, enhanced: "5.1.1", text: message })),
  NoKeyYet: ({ message }: Arrival.NoKeyYet) =>
    Effect.fail(new SmtpRefusal({ code: 450, enhanced: "4.7.13", text: message })),
  MailboxDisabled: ({ message }: Arrival.MailboxDisabled) =>
    Effect.fail(new SmtpRefusal({ code: 550, enhanced: "5.2.1", text: message })),
  MailboxFull: ({ message }: Arrival.MailboxFull) =>
    Effect.fail(new SmtpRefusal({ code: 452, enhanced: "4.2.2", text: message }))
}

const accept = Effect.fnUntraced(function*(text: string, domains: Home["domains"]) {
  return yield* Arrival.accept(yield* addressed(text, domains)).pipe(Effect.catchTags(replies))
})

type Arriving = ArrivingHandlers<
  Authentication,
  Arrival.Accepted,
  ProviderStoreError | SmtpRefusal,
  OpenPgp | ProviderAccounts | ProviderQueue | RateLimits | SenderCheck
>

/** Answered alike for whom there is and whom there is not: whoever tries one name after the other learns nothing more. */
const count = Effect.fnUntraced(function*(address: string, rate: Rate) {
  const { take } = yield* RateLimits
  if (!(yield* take("recipients from", networkOf(address), rate))) {
    return yield* tooOften("Too many recipients from your address for now; try again later")
  }
})

/**
 * `rate`: of recipients that one machine of the world may name. Where there is none, mail comes through LMTP from a server
 * of ours, which took it from the world.
 */
export const arriving = ({ domains, name }: Home, rate: Rate | undefined): Arriving => ({
  recipient: Effect.fnUntraced(function*(text: string, { address }: Peer<never>) {
    if (rate !== undefined) yield* count(address, rate)
    return yield* accept(text, domains)
  }),
  examine: Effect.fnUntraced(function*({ bytes, from }: Received, { address, hello }: Peer<never>) {
    const { check } = yield* SenderCheck
    return yield* check({ from, bytes, isRelayed: rate === undefined, receivedBy: name, ip: address, helo: hello })
  }),
  arrive: Effect.fnUntraced(
    function*({ bytes, found, recipient, to, trace }: ArrivedMessage<Authentication, Arrival.Accepted>) {
      const message = {
        to: yield* addressed(to, domains),
        bytes,
        trace,
        receivedBy: name,
        authentication: found,
        accepted: recipient
      }
      yield* Arrival.arrive(message).pipe(Effect.catchTags(replies))
    }
  )
})

const NOT_FOUND: Answer = { _tag: "NotFound" }

/** Postfix's `virtual_mailbox_maps` or `virtual_alias_maps`: an address, to the account that has its mail. */
export const aliasTable = Effect.fn("ProviderArrival.aliasTable")(function*(key: string) {
  const { recipient } = yield* ProviderAccounts
  const address = parse(key)
  if (Option.isNone(address)) return NOT_FOUND
  const account = yield* recipient(address.value)
  if (account === undefined) return NOT_FOUND
  const answer: Answer = { _tag: "Found", value: withSubaddress(account.address, address.value) }
  return answer
})

/** Postfix's `check_recipient_access`: what our own door would answer, before the message is sent. */
export const recipientTable = ({ domains }: Home) =>
  Effect.fn("ProviderArrival.recipientTable")(function*(key: string) {
    const address = parse(key)
    if (Option.isNone(address) || !domains.includes(domain(address.value))) return NOT_FOUND
    return yield* accept(key, domains).pipe(
      Effect.as<Answer>({ _tag: "Found", value: "DUNNO" }),
      Effect.catchTag(
        "SmtpRefusal",
        ({ code, message }) => Effect.succeed<Answer>({ _tag: "Found", value: `${code} ${message}` })
      )
    )
  })

/** From a maildir; `to` for all of it, else each message's own Delivered-To. */
export const ingest = ({ domains, name }: Home, to: string | undefined) =>
  Effect.fn("ProviderArrival.ingest")(function*({ bytes, file, to: delivered }: SpooledMessage) {
    const { check } = yield* SenderCheck
    const address = yield* addressed(to ?? delivered ?? file, domains)
    const authentication = yield* check({ from: "", bytes, isRelayed: true, receivedBy: name, ip: "", helo: "" })
    yield* Arrival.arrive({ to: address, bytes, receivedBy: name, authentication })
  })
