/** STORE, COPY, EXPUNGE. */
import { Effect } from "effect"
import { milliseconds } from "../../Unit.ts"
import * as Mailboxes from "../Mailboxes.ts"
import { cost, count, type Row, type Sizes, type Subject, timed } from "../Row.ts"

const target = { mail_crypt: 2, plain: 1 }

const store = ({ messages }: Sizes): Row => ({
  key: "store",
  needs: "Main",
  lines: [{ name: `STORE 1:* +FLAGS (\\Flagged), ${count(messages)}`, unit: milliseconds, target }],
  sample: Effect.fnUntraced(function*(subject) {
    const client = yield* Mailboxes.selected(subject, "Main")
    const [milliseconds, { text }] = yield* timed(client.command("STORE 1:* +FLAGS (\\Flagged)", true))
    yield* client.command("STORE 1:* -FLAGS.SILENT (\\Flagged)")
    return { costs: [milliseconds], answer: `${text().match(/\\Flagged/g)?.length ?? 0} flagged` }
  })
})

const some = ({ messages }: Sizes): number => Math.min(1000, messages)

const copied = Effect.fnUntraced(function*(subject: Subject) {
  const client = yield* Mailboxes.selected(subject, "Main")
  const mailbox = yield* Mailboxes.scratch(client)
  const sample = yield* cost(client.command(`COPY 1:${some(subject.sizes)} ${mailbox}`))
  return { client, mailbox, sample }
})

const copy = (sizes: Sizes): Row => ({
  key: "copy",
  needs: "Main",
  lines: [{ name: `COPY ${count(some(sizes))} to another mailbox`, unit: milliseconds, target }],
  sample: (subject) => Effect.map(copied(subject), ({ sample }) => sample)
})

const expunge = (sizes: Sizes): Row => ({
  key: "expunge",
  needs: "Main",
  lines: [{ name: `EXPUNGE ${count(some(sizes))}`, unit: milliseconds, target }],
  sample: Effect.fnUntraced(function*(subject) {
    const { client, mailbox } = yield* copied(subject)
    yield* client.command(`SELECT ${mailbox}`)
    yield* client.command("STORE 1:* +FLAGS.SILENT (\\Deleted)")
    const [milliseconds, { text }] = yield* timed(client.command("EXPUNGE", true))
    return { costs: [milliseconds], answer: `${text().match(/ EXPUNGE\r/g)?.length ?? 0} expunged` }
  })
})

export const rows = (sizes: Sizes): ReadonlyArray<Row> => [store(sizes), copy(sizes), expunge(sizes)]
