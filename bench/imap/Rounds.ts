/** A row's samples: every server in its turn, as often as there is time. */
import { Clock, Console, Effect } from "effect"
import type { BenchError } from "../BenchError.ts"
import type { Entry, Figure } from "../Report.ts"
import * as Client from "./Client.ts"
import { type Row, type Sizes, valueOf } from "./Row.ts"
import * as Server from "./Server.ts"

/** A row takes no further sample of a server that has taken so long already. Milliseconds. */
const BUDGET = 20_000

export interface Opened {
  readonly kind: Server.Kind
  readonly server: Server.Server
}

/** What one server has given for one row so far. */
interface Column extends Opened {
  readonly costs: Array<number>
  readonly answers: Array<string | undefined>
  spent: number
  /** Why there is no figure, or will be none further. */
  remark: string | undefined
}

const speaks = (server: Server.Server, capability: string | undefined): Effect.Effect<boolean, BenchError> =>
  capability === undefined
    ? Effect.succeed(true)
    : Effect.scoped(
      Effect.map(Effect.flatMap(Server.login(server), Client.capabilities), (known) => known.has(capability))
    )

const column = Effect.fnUntraced(function*(opened: Opened, capability: string | undefined) {
  const isSpoken = yield* speaks(opened.server, capability)
  const made: Column = { ...opened, costs: [], answers: [], spent: 0, remark: isSpoken ? undefined : "not yet" }
  return made
})

const takeSample = Effect.fnUntraced(function*(row: Row, sizes: Sizes, to: Column) {
  const round = to.answers.length
  const subject = { kind: to.kind, server: to.server, sizes, round }
  const began = yield* Clock.currentTimeMillis
  if (round === 0 && row.prepare !== undefined) yield* Effect.scoped(row.prepare(subject))
  const { answer, costs } = yield* Effect.scoped(row.sample(subject))
  to.costs.push(...costs)
  to.answers.push(answer)
  to.spent += (yield* Clock.currentTimeMillis) - began
})

const figure = (line: Row["lines"][number], { costs, remark }: Column): Figure =>
  costs.length === 0
    ? { cost: undefined, samples: [], ...remark === undefined ? {} : { remark } }
    : { cost: valueOf(line, costs), samples: costs }

export interface Measured {
  readonly entries: ReadonlyArray<Entry>
  /** Sentences: where servers gave different answers, a comparison of their times is none. */
  readonly differences: ReadonlyArray<string>
}

const differences = (row: Row, [ours, ...peers]: ReadonlyArray<Column>): ReadonlyArray<string> =>
  peers.flatMap(({ answers, server }) => {
    const round = answers.findIndex((answer, round) => {
      const our = ours?.answers[round]
      return our !== undefined && answer !== undefined && our !== answer
    })
    return round < 0
      ? []
      : [`${row.key}: ${server.name} answered "${answers[round] ?? ""}", we "${ours?.answers[round] ?? ""}"`]
  })

/** Rounds in which every server has its turn; who begins changes. The first of `opened` is ours. */
export const measure = Effect.fnUntraced(function*(
  row: Row,
  sizes: Sizes,
  rounds: number,
  opened: ReadonlyArray<Opened>
) {
  const columns = yield* Effect.forEach(opened, (one) => column(one, row.capability))
  for (let round = 0; round < Math.min(rounds, row.maxRounds ?? rounds); round++) {
    const first = round % columns.length
    for (const turn of [...columns.slice(first), ...columns.slice(0, first)]) {
      if (turn.remark !== undefined || turn.spent > BUDGET) continue
      yield* takeSample(row, sizes, turn).pipe(
        Effect.catch(({ message }) => {
          turn.remark = "failed"
          return Console.error(`${row.key}: ${turn.server.name}: ${message}`)
        })
      )
    }
  }
  const entries = row.lines.map((line): Entry => ({
    key: row.key,
    name: line.name,
    unit: line.unit,
    target: { ...line.target },
    figures: Object.fromEntries(columns.map((one) => [one.server.name, figure(line, one)]))
  }))
  const measured: Measured = { entries, differences: differences(row, columns) }
  return measured
})
