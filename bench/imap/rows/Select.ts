/** SELECT of a big mailbox, and coming back to it with QRESYNC (RFC 7162). */
import { Effect } from "effect"
import { milliseconds } from "../../Unit.ts"
import * as Cold from "../Cold.ts"
import { cost, count, type Row, type Sizes, timed } from "../Row.ts"
import * as Server from "../Server.ts"

const target = { mail_crypt: 1, plain: 1 }

const select = (sizes: Sizes, temperature: "cold" | "warm"): Row => ({
  key: `select-${temperature}`,
  needs: "Big",
  lines: [{ name: `SELECT, ${count(sizes.big)}, ${temperature}`, unit: milliseconds, target }],
  sample: Effect.fnUntraced(function*(subject) {
    if (temperature === "cold") yield* Cold.restart(subject)
    const client = yield* Server.login(subject.server)
    const [milliseconds, { text }] = yield* timed(client.command("SELECT Big", true))
    return { costs: [milliseconds], answer: /\d+ EXISTS/.exec(text())?.[0] ?? "no EXISTS" }
  })
})

const qresync = (sizes: Sizes): Row => ({
  key: "qresync",
  needs: "Big",
  capability: "QRESYNC",
  lines: [{ name: `SELECT (QRESYNC), ${count(sizes.big)}, nothing new`, unit: milliseconds, target }],
  sample: Effect.fnUntraced(function*({ server }) {
    const client = yield* Server.login(server)
    yield* client.command("ENABLE QRESYNC")
    const text = (yield* client.command("SELECT Big", true)).text()
    const value = (code: string) => new RegExp(`\\[${code} (\\d+)\\]`).exec(text)?.[1] ?? "1"
    yield* client.command("UNSELECT")
    return yield* cost(client.command(`SELECT Big (QRESYNC (${value("UIDVALIDITY")} ${value("HIGHESTMODSEQ")}))`))
  })
})

export const rows = (sizes: Sizes): ReadonlyArray<Row> => [
  select(sizes, "cold"),
  select(sizes, "warm"),
  qresync(sizes)
]
