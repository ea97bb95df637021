/** At the provider: what its clients submit goes to its own accounts at once, and to the world as other servers take it. */
import { Clock, Effect, Option, Schedule } from "effect"
import { MailSigner } from "../../ports/MailSigner.ts"
import { MailTransport, type RefusedRecipient } from "../../ports/MailTransport.ts"
import type { AccountId } from "../../ports/ProviderStoreError.ts"
import { type OutboundItem, RelayQueue } from "../../ports/RelayQueue.ts"
import { type Address, domain, domainOf, parse } from "../account/Address.ts"
import { accept, arrive } from "../incoming/Arrival.ts"
import { afterTry } from "./AfterTry.ts"
import { type Notification, notification, type Undelivered } from "./Dsn.ts"
import { makeMessageId } from "./MessageId.ts"
import { tried } from "./RelayCounts.ts"

const BATCH = 20
const CONNECTIONS = 4
/** Milliseconds until another node takes up what this one may have died with: longer than any try lasts. */
const CLAIM = 15 * 60_000

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

/** Back to the sender, who has an account here; a sender without one is not told. */
const tellSender = Effect.fnUntraced(
  function*(
    home: Home,
    item: OutboundItem,
    action: Notification["action"],
    undelivered: ReadonlyArray<Undelivered>,
    now: number
  ) {
    const sender = local(home, item.from)
    if (undelivered.length === 0 || sender === undefined) return
    const bytes = notification({
      to: item.from,
      action,
      reportedBy: home.name,
      undelivered,
      original: item.bytes,
      now,
      messageId: yield* makeMessageId(home.name)
    })
    yield* arrive({ to: sender, bytes, receivedBy: home.name }).pipe(
      Effect.catchTags({ NoSuchAccount: () => Effect.void, MailboxDisabled: () => Effect.void })
    )
  }
)

const attempt = Effect.fnUntraced(function*(home: Home, item: OutboundItem) {
  const queue = yield* RelayQueue
  const transport = yield* MailTransport
  const refused = yield* transport.send(item).pipe(
    Effect.catch(({ reason, transient }) =>
      Effect.succeed(item.to.map((to): RefusedRecipient => ({ to, reason, transient })))
    )
  )
  yield* Effect.all(tried(item.to.length, refused), { discard: true })
  const now = yield* Clock.currentTimeMillis
  yield* afterTry(item, refused, now, {
    tell: (action, undelivered) => tellSender(home, item, action, undelivered, now),
    remove: queue.removeOutbound(item),
    postpone: (next, waits) =>
      Effect.andThen(
        Effect.logWarning("Mail for elsewhere waits for the next try", { reason: waits[0]?.reason }),
        queue.postponeOutbound(item, next, waits.map(({ to }) => to))
      )
  })
})

/** Everything that is due now. */
export const relayDue = Effect.fn("Relay.relayDue")(function*(home: Home) {
  const queue = yield* RelayQueue
  for (;;) {
    const now = yield* Clock.currentTimeMillis
    const due = yield* queue.claimOutbound(now, now + CLAIM, BATCH)
    if (due.length === 0) return
    yield* Effect.forEach(due, (item) => attempt(home, item), { concurrency: CONNECTIONS, discard: true })
  }
})

/** Never ends. */
export const relayOutbound = (home: Home) =>
  relayDue(home).pipe(
    Effect.catchCause((cause) => Effect.logError("Mail for elsewhere could not be relayed; it is tried again", cause)),
    Effect.repeat(Schedule.spaced("1 second")),
    Effect.andThen(Effect.never)
  )

/** Without a way out nothing leaves. The log says so as soon as something waits, once. */
export const waitForRoute = Effect.gen(function*() {
  const queue = yield* RelayQueue
  const waits = Effect.map(queue.outboundCount, (count) => count > 0)
  yield* Effect.repeat(waits, { schedule: Schedule.spaced("1 second"), until: (found) => found })
  yield* Effect.logWarning(
    "Mail for other domains waits: set LEAP_MAIL_RELAY to mx, or LEAP_MAIL_SMARTHOST to host:port"
  )
})
