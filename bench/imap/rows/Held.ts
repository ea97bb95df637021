/** For how long a command that takes long keeps all other connections waiting: at most 20 ms at a time. */
import { Effect } from "effect"
import * as Statistics from "../../Statistics.ts"
import { milliseconds } from "../../Unit.ts"
import * as Mailboxes from "../Mailboxes.ts"
import type { Row } from "../Row.ts"

/** Each with `Main` selected; the last two leave it as it was. */
const COMMANDS: ReadonlyArray<readonly [name: string, ...commands: ReadonlyArray<string>]> = [
  ["SELECT", "SELECT Main"],
  ["FETCH 1:* (FLAGS UID)", "FETCH 1:* (FLAGS UID)"],
  ["FETCH 1:* (ENVELOPE BODYSTRUCTURE)", "FETCH 1:* (ENVELOPE BODYSTRUCTURE)"],
  ["FETCH 1:* BODY.PEEK[]", "FETCH 1:* BODY.PEEK[]"],
  ["FETCH 1:* BODY.PEEK[HEADER.FIELDS]", "FETCH 1:* BODY.PEEK[HEADER.FIELDS (FROM SUBJECT)]"],
  ["SEARCH TEXT, found everywhere", "SEARCH TEXT e"],
  ["SEARCH BODY of two letters, a scan", "SEARCH BODY zq"],
  ["SORT (SUBJECT)", "SORT (SUBJECT) UTF-8 ALL"],
  ["THREAD REFERENCES", "THREAD REFERENCES UTF-8 ALL"],
  ["STORE 1:* +FLAGS", "STORE 1:* +FLAGS (\\Flagged)", "STORE 1:* -FLAGS.SILENT (\\Flagged)"],
  ["COPY 1:1000", "CREATE Held", "COPY 1:1000 Held", "DELETE Held"]
]

/** Samples: what passed and what was worked, of each command, round after round. */
const WIDTH = 2 * COMMANDS.length
const passed = (index: number) => (samples: ReadonlyArray<number>): number =>
  Statistics.median(samples.filter((_, position) => position % WIDTH === 2 * index))
const worked = (samples: ReadonlyArray<number>): number =>
  Math.max(
    ...COMMANDS.map((_, index) =>
      Statistics.median(samples.filter((_, position) => position % WIDTH === 2 * index + 1))
    )
  )

const held: Row = {
  key: "held",
  needs: "Main",
  maxRounds: 3,
  lines: [
    ...COMMANDS.map(([name], index) => ({
      name: `Event loop held at most by ${name}`,
      unit: milliseconds,
      value: passed(index)
    })),
    // What else the machine does is not the server's fault.
    { name: "The longest of these, the server's own work alone", unit: milliseconds, value: worked }
  ],
  sample: Effect.fnUntraced(function*({ server }) {
    const client = yield* Mailboxes.selected({ server }, "Main")
    const costs: Array<number> = []
    yield* server.held
    for (const [, ...commands] of COMMANDS) {
      yield* server.held
      for (const command of commands) yield* client.command(command)
      const longest = yield* server.held
      if (longest !== undefined) costs.push(longest.passed, longest.worked)
    }
    return { costs }
  })
}

export const rows: ReadonlyArray<Row> = [held]
