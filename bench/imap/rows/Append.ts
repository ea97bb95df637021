/** APPEND of usual messages, each time to a new mailbox. */
import { Effect } from "effect"
import type { BenchError } from "../../BenchError.ts"
import { perSecond } from "../../Unit.ts"
import type { Client } from "../Client.ts"
import * as Mail from "../Mail.ts"
import * as Mailboxes from "../Mailboxes.ts"
import { cost, count, type Row, type Target } from "../Row.ts"
import * as Server from "../Server.ts"

/** Messages that no filled mailbox has, nor another round. */
const FIRST = 1_000_000
const IN_ONE_COMMAND = 100
const CLIENTS = 10

const messages = (round: number, length: number): ReadonlyArray<Buffer> =>
  Array.from({ length }, (_, index) => Mail.message(FIRST + round * length + index))

const oneByOne = (client: Client, mailbox: string, mails: ReadonlyArray<Buffer>) =>
  Effect.forEach(mails, (mail) => client.append(mailbox, mail), { discard: true })

const row = (
  key: string,
  name: string,
  length: number,
  target: Target,
  append: (client: Client, mailbox: string, mails: ReadonlyArray<Buffer>) => Effect.Effect<void, BenchError>
): Row => ({
  key,
  needs: "Main",
  lines: [{ name: `APPEND 8 KB, ${name}`, unit: perSecond(length), target }],
  sample: Effect.fnUntraced(function*({ round, server }) {
    const client = yield* Server.login(server)
    const mailbox = yield* Mailboxes.scratch(client)
    const mails = messages(round, length)
    return yield* cost(append(client, mailbox, mails))
  })
})

const inCommands = Effect.fnUntraced(function*(client: Client, mailbox: string, mails: ReadonlyArray<Buffer>) {
  for (let from = 0; from < mails.length; from += IN_ONE_COMMAND) {
    yield* client.appendMany(mailbox, mails.slice(from, from + IN_ONE_COMMAND))
  }
})

const byMany = (length: number): Row => ({
  key: "append-clients",
  needs: "Main",
  lines: [{
    name: `APPEND by ${CLIENTS} clients to one mailbox`,
    unit: perSecond(CLIENTS * length),
    target: { mail_crypt: 2, plain: 1 }
  }],
  sample: Effect.fnUntraced(function*({ round, server }) {
    const clients = yield* Effect.forEach(Array.from({ length: CLIENTS }), () => Server.login(server))
    const [first] = clients
    const mailbox = first === undefined ? "" : yield* Mailboxes.scratch(first)
    const work = clients.map((client, number) => ({ client, mails: messages(round * CLIENTS + number, length) }))
    return yield* cost(
      Effect.forEach(work, ({ client, mails }) => oneByOne(client, mailbox, mails), { concurrency: CLIENTS })
    )
  })
})

export const rows: ReadonlyArray<Row> = [
  row("append-single", "one by one", 200, { mail_crypt: 4, plain: 1 }, oneByOne),
  row(
    "append-pipelined",
    `${count(500)} pipelined`,
    500,
    { mail_crypt: 6, plain: 2 },
    (client, mailbox, mails) => client.appendPipelined(mailbox, mails)
  ),
  {
    ...row("append-many", `MULTIAPPEND of ${IN_ONE_COMMAND}`, 500, { mail_crypt: 6, plain: 2 }, inCommands),
    capability: "MULTIAPPEND"
  },
  byMany(30)
]
