/** Several clients: one that waits for mail, many that read at once, many that come and go. */
import { Effect, Fiber } from "effect"
import * as Statistics from "../../Statistics.ts"
import { milliseconds, perSecond } from "../../Unit.ts"
import * as Client from "../Client.ts"
import * as Mail from "../Mail.ts"
import * as Mailboxes from "../Mailboxes.ts"
import * as Random from "../Random.ts"
import { cost, type Row, type Sizes, timed } from "../Row.ts"
import * as Server from "../Server.ts"

const DELIVERIES = 20
const CLIENTS = 50
const BODIES = 100
const LOGINS = 30
const FIRST = 2_000_000

/** From the first octet of a delivery (another session's APPEND) to the EXISTS in the waiting session. */
const idle: Row = {
  key: "idle",
  needs: "Main",
  lines: [
    { name: "IDLE wake-up after a delivery, median", value: Statistics.median },
    { name: "IDLE wake-up after a delivery, p99", value: Statistics.p99 }
  ].map((line) => ({ ...line, unit: milliseconds, target: { mail_crypt: 20, plain: 20 } })),
  sample: Effect.fnUntraced(function*({ round, server }) {
    const sender = yield* Server.login(server)
    const mailbox = yield* Mailboxes.scratch(sender)
    const waiting = yield* Mailboxes.selected({ server }, mailbox)
    yield* waiting.idle
    const costs: Array<number> = []
    for (let index = 0; index < DELIVERIES; index++) {
      const mail = Mail.message(FIRST + round * DELIVERIES + index)
      const heard = yield* Effect.forkChild(timed(waiting.heard("EXISTS")), { startImmediately: true })
      yield* sender.append(mailbox, mail)
      costs.push((yield* Fiber.join(heard))[0])
    }
    yield* waiting.done
    return { costs }
  })
}

const readers = ({ messages }: Sizes): Row => ({
  key: "connections",
  needs: "Main",
  lines: [{
    name: `${CLIENTS} connections: SELECT, FETCH ${BODIES} BODY.PEEK[]`,
    unit: milliseconds,
    target: { mail_crypt: 2, plain: 1 }
  }],
  sample: Effect.fnUntraced(function*({ round, server }) {
    const random = Random.make(round)
    const clients = yield* Effect.forEach(Array.from({ length: CLIENTS }), () => Server.login(server))
    const work = clients.map((client) => ({ client, from: 1 + random.below(Math.max(1, messages - BODIES)) }))
    return yield* cost(Effect.forEach(
      work,
      ({ client, from }) =>
        Effect.andThen(
          client.command("SELECT Main"),
          client.command(`FETCH ${from}:${Math.min(messages, from + BODIES - 1)} BODY.PEEK[]`)
        ),
      { concurrency: CLIENTS }
    ))
  })
})

const logins: Row = {
  key: "logins",
  needs: "Main",
  lines: [{ name: "Connect, LOGIN, LOGOUT, one after another", unit: perSecond(LOGINS) }],
  sample: ({ server }) => {
    const visit = Effect.scoped(Effect.gen(function*() {
      const client = yield* Client.connect(server.endpoint)
      yield* client.command(`LOGIN ${Server.USER} ${Server.PASSWORD}`)
      yield* client.command("LOGOUT")
    }))
    return cost(Effect.forEach(Array.from({ length: LOGINS }), () => visit, { discard: true }))
  }
}

export const rows = (sizes: Sizes): ReadonlyArray<Row> => [idle, readers(sizes), logins]
