/** At the provider: what its clients submit goes to its own accounts at once, and to the world as other servers take it. */
import { Clock, Effect, Option, Schedule, Semaphore } from "effect"
import { MailSigner } from "../../ports/MailSigner.ts"
import { MailTransport, MailTransportError, type RefusedRecipient } from "../../ports/MailTransport.ts"
import type { AccountId } from "../../ports/ProviderStoreError.ts"
import { type OutboundItem, RelayQueue } from "../../ports/RelayQueue.ts"
import { type Address, domain, domainOf, parse } from "../account/Address.ts"
import { accept, arrive } from "../incoming/Arrival.ts"
import { afterTry } from "./AfterTry.ts"
import { type Notification, notification, type Undelivered } from "./Dsn.ts"
import { makeMessageId } from "./MessageId.ts"
import { tried } from "./RelayCounts.ts"
import { nextTry } from "./RetryPlan.ts"

/** Tries at once: servers that let one wait hold up no more than these. */
const AT_ONCE = 20
/** Milliseconds until another node takes up what this one may have died with: longer than any try lasts. */
const CLAIM = 15 * 60_000
const LONGEST_TRY = "14 minutes"

export interface RelayedMessage {
  readonly from: string
  readonly to: ReadonlyArray<string>
  readonly bytes: Uint8Array
}

/** The provider: whose mail it keeps, and what it calls itself. */
export interface Home {
  readonly domains: ReadonlyArray<string>
  readonly name: string
}

const local = ({ domains }: Home, to: string): Address | undefined =>
  Option.getOrUndefined(Option.filter(parse(to), (address) => domains.includes(domain(address))))

/** Asked at RCPT: a wrong address in one's own domain is known at once. */
export const mayRelay = Effect.fn("Relay.mayRelay")(function*(home: Home, to: string) {
  const address = local(home, to)
  if (address !== undefined) yield* accept(address)
})

/** On disk when answered: encrypted for those at home, signed and in the outbound queue for the others. */
export const relay = Effect.fn("Relay.relay")(function*(home: Home, account: AccountId, message: RelayedMessage) {
  const queue = yield* RelayQueue
  const { bytes, from, to } = message
  const { sign } = yield* MailSigner
  const others = to.filter((one) => local(home, one) === undefined)
  const signed = others.length === 0 ? bytes : yield* sign(bytes, domainOf(from))
  // Those at home first: where one of them fails, all is submitted again, and the world must not have it twice.
  for (const one of to) {
    const address = local(home, one)
    if (address !== undefined) yield* arrive({ to: address, bytes, receivedBy: home.name })
  }
  if (others.length === 0) return
  yield* queue.enqueueOutbound({
    account,
    from,
    to: others,
    bytes: signed,
    offeredAt: yield* Clock.currentTimeMillis
  })
})

/** Back to the sender, who has an account here; a sender without one is not told. Answers whether it has to be tried again. */
const tellSender = Effect.fnUntraced(
  function*(
    home: Home,
    item: OutboundItem,
    action: Notification["action"],
    undelivered: ReadonlyArray<Undelivered>,
    now: number
  ) {
    const sender = local(home, item.from)
    if (undelivered.length === 0 || sender === undefined) return false
    const bytes = notification({
      to: item.from,
      action,
      reportedBy: home.name,
      undelivered,
      original: item.bytes,
      now,
      messageId: yield* makeMessageId(home.name)
    })
    return yield* arrive({ to: sender, bytes, receivedBy: home.name }).pipe(
      Effect.as(false),
      Effect.catchTags({
        NoSuchAccount: () => Effect.succeed(false),
        MailboxDisabled: () => Effect.succeed(false),
        MailboxFull: () => Effect.succeed(true),
        NoKeyYet: () => Effect.succeed(true)
      })
    )
  }
)

const attempt = Effect.fnUntraced(function*(home: Home, item: OutboundItem) {
  const queue = yield* RelayQueue
  const transport = yield* MailTransport
  const refused = yield* transport.send(item).pipe(
    Effect.timeoutOrElse({
      duration: LONGEST_TRY,
      orElse: () => new MailTransportError({ transient: true, reason: "The next server took too long" })
    }),
    Effect.catch(({ reason, transient }) =>
      Effect.succeed(item.to.map((to): RefusedRecipient => ({ to, reason, transient })))
    )
  )
  yield* Effect.all(tried(item.to.length, refused), { discard: true })
  const now = yield* Clock.currentTimeMillis
  // Whoever has the message does not get it again because the sender has no room for the news of the others.
  const untold: Array<string> = []
  const postpone = (next: number, to: ReadonlyArray<string>, reason: string | undefined) =>
    Effect.andThen(
      Effect.logWarning("Mail for elsewhere waits for the next try", { reason }),
      queue.postponeOutbound(item, next, to)
    )
  yield* afterTry(item, refused, now, {
    tell: (action, undelivered) =>
      Effect.map(tellSender(home, item, action, undelivered, now), (isUntold) => {
        if (isUntold && action === "failed") untold.push(...undelivered.map(({ to }) => to))
      }),
    remove: Effect.suspend(() => {
      const next = nextTry(item.attempts, item.offeredAt, now)
      return untold.length === 0 || next === undefined
        ? queue.removeOutbound(item)
        : postpone(next, untold, "Its sender has no room to be told that it failed")
    }),
    postpone: (next, waits) => postpone(next, [...waits.map(({ to }) => to), ...untold], waits[0]?.reason)
  })
})

/** One that fails is its own affair: it is given out again when its claim is over. */
const attempted = (home: Home, item: OutboundItem) =>
  Effect.catchCause(
    attempt(home, item),
    (cause) => Effect.logError("Mail for elsewhere could not be relayed; it is tried again", cause)
  )

/** Never ends. Each is claimed when it is its turn, and not before. */
export const relayOutbound = Effect.fn("Relay.relayOutbound")(function*(home: Home) {
  const queue = yield* RelayQueue
  const slots = yield* Semaphore.make(AT_ONCE)
  const claimed = Effect.gen(function*() {
    const now = yield* Clock.currentTimeMillis
    return yield* queue.claimOutbound(now, now + CLAIM, 1)
  }).pipe(
    Effect.catchCause((cause) => Effect.as(Effect.logError("Mail for elsewhere could not be looked for", cause), []))
  )
  for (;;) {
    yield* slots.take(1)
    const [item] = yield* claimed
    if (item === undefined) {
      yield* slots.release(1)
      yield* Effect.sleep("1 second")
    } else yield* Effect.forkChild(Effect.ensuring(attempted(home, item), slots.release(1)))
  }
})

/** Without a way out nothing leaves. The log says so as soon as something waits, once. */
export const waitForRoute = Effect.gen(function*() {
  const queue = yield* RelayQueue
  const waits = Effect.map(queue.outboundCount, (count) => count > 0)
  yield* Effect.repeat(waits, { schedule: Schedule.spaced("1 second"), until: (found) => found })
  yield* Effect.logWarning(
    "Mail for other domains waits: set LEAP_MAIL_RELAY to mx, or LEAP_MAIL_SMARTHOST to host:port"
  )
})
