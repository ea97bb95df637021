/** FETCH: flags, what a list of messages shows, bodies. */
import { Effect } from "effect"
import { BenchError } from "../../BenchError.ts"
import { milliseconds, millisecondsEach, throughput } from "../../Unit.ts"
import * as Cold from "../Cold.ts"
import * as Mailboxes from "../Mailboxes.ts"
import * as Random from "../Random.ts"
import { cost, count, type Mailbox, type Row, type Sizes, timed } from "../Row.ts"

const LIST = "FETCH 1:* (ENVELOPE BODYSTRUCTURE INTERNALDATE RFC822.SIZE)"
const RANDOM_BODIES = 500
/** At least so much of a usual message must come back. */
const LEAST_OCTETS = 7800

const flags = (sizes: Sizes, mailbox: Mailbox): Row => ({
  key: `fetch-flags-${mailbox.toLowerCase()}`,
  needs: mailbox,
  lines: [{
    name: `FETCH 1:* (FLAGS UID), ${count(Mailboxes.sizeOf(sizes, mailbox))}`,
    unit: milliseconds,
    target: { mail_crypt: 1, plain: 1 }
  }],
  sample: Effect.fnUntraced(function*(subject) {
    const client = yield* Mailboxes.selected(subject, mailbox)
    const [milliseconds, { text }] = yield* timed(client.command("FETCH 1:* (FLAGS UID)", true))
    return { costs: [milliseconds], answer: `${text().match(/ UID \d+/g)?.length ?? 0} uids` }
  })
})

const listName = (temperature: string, { messages }: Sizes) =>
  `FETCH 1:* (ENVELOPE BODYSTRUCTURE …), ${count(messages)}, ${temperature}`

const listCold = (sizes: Sizes): Row => ({
  key: "fetch-list-cold",
  needs: "Main",
  lines: [{ name: listName("cold", sizes), unit: milliseconds, target: { mail_crypt: 50, plain: 10 } }],
  sample: Effect.fnUntraced(function*(subject) {
    yield* Cold.restartUnasked(subject, "Main")
    const client = yield* Mailboxes.selected(subject, "Main")
    return yield* cost(client.command(LIST))
  })
})

const listWarm = (sizes: Sizes): Row => {
  const list: Row["sample"] = Effect.fnUntraced(function*(subject) {
    const client = yield* Mailboxes.selected(subject, "Main")
    return yield* cost(client.command(LIST))
  })
  return {
    key: "fetch-list-warm",
    needs: "Main",
    lines: [{ name: listName("warm", sizes), unit: milliseconds, target: { mail_crypt: 1, plain: 1 } }],
    prepare: list,
    sample: list
  }
}

const bodies = (sizes: Sizes): Row => ({
  key: "fetch-bodies",
  needs: "Main",
  lines: [{
    name: `FETCH 1:* BODY.PEEK[], ${count(sizes.messages)}`,
    unit: throughput,
    target: { mail_crypt: 20, plain: 1 }
  }],
  sample: Effect.fnUntraced(function*(subject) {
    const client = yield* Mailboxes.selected(subject, "Main")
    const [milliseconds, { octets }] = yield* timed(client.command("FETCH 1:* BODY.PEEK[]"))
    if (octets < sizes.messages * LEAST_OCTETS) {
      return yield* new BenchError({ reason: `Only ${octets} octets came of ${sizes.messages} messages` })
    }
    return { costs: [milliseconds / octets * 1e6] }
  })
})

const randomBodies = ({ messages }: Sizes): Row => ({
  key: "fetch-random",
  needs: "Main",
  lines: [{
    name: `${RANDOM_BODIES} random UID FETCH BODY.PEEK[], each`,
    unit: millisecondsEach(RANDOM_BODIES),
    target: { mail_crypt: 5, plain: 1 }
  }],
  sample: Effect.fnUntraced(function*(subject) {
    const client = yield* Mailboxes.selected(subject, "Main")
    const random = Random.make(subject.round)
    const uids = Array.from({ length: RANDOM_BODIES }, () => 1 + random.below(messages))
    return yield* cost(
      Effect.forEach(uids, (uid) => client.command(`UID FETCH ${uid} BODY.PEEK[]`), { discard: true })
    )
  })
})

export const rows = (sizes: Sizes): ReadonlyArray<Row> => [
  flags(sizes, "Main"),
  flags(sizes, "Big"),
  listCold(sizes),
  listWarm(sizes),
  bodies(sizes),
  randomBodies(sizes)
]
