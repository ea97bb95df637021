/** `bench pgp`: mail that comes in and goes out, beside the library alone and beside a `gpg` process for each layer. */
import { Console, DateTime, Effect, Option } from "effect"
import * as os from "node:os"
import * as path from "node:path"
import { version } from "../../src/apps/Version.ts"
import * as Machine from "../Machine.ts"
import { type Entry, figure, type Report } from "../Report.ts"
import * as TemporaryFolder from "../TemporaryFolder.ts"
import * as Unit from "../Unit.ts"
import * as Gpg from "./Gpg.ts"
import * as Letters from "./Letters.ts"
import * as Run from "./Run.ts"

export interface SuiteOptions {
  readonly messages: number
  readonly rounds: number
  readonly isAlone: boolean
}

const OURS = "leap-mail"
const RAW = "openpgp.js"
const PEER = "gpg"

const OCTETS = 20_000
const LARGE = 10_000_000
const LARGEST = 50_000_000
/** A process each takes long enough. */
const PEER_MESSAGES = 50

type Task = "incoming" | "outgoing"

const each = ({ count, milliseconds }: { readonly count: number; readonly milliseconds: number }): number =>
  milliseconds / count

/** Samples of all subjects in turns; undefined: that subject is not measured. */
const turns = Effect.fnUntraced(function*<A, E, R>(
  rounds: number,
  subjects: Readonly<Record<string, Effect.Effect<A, E, R> | undefined>>
) {
  const all = Object.entries(subjects).flatMap(([name, sample]) => sample === undefined ? [] : [{ name, sample }])
  const samples = new Map<string, ReadonlyArray<A>>()
  for (let round = 0; round < rounds; round++) {
    const first = round % all.length
    for (const { name, sample } of [...all.slice(first), ...all.slice(0, first)]) {
      samples.set(name, [...samples.get(name) ?? [], yield* sample])
    }
  }
  return samples
})

const figures = <A>(samples: ReadonlyMap<string, ReadonlyArray<A>>, cost: (sample: A) => number): Entry["figures"] =>
  Object.fromEntries(Array.from(samples, ([name, all]) => [name, figure(all.map(cost))]))

interface Measuring {
  readonly ours: Run.Program
  readonly folder: string
  readonly hasPeer: boolean
  readonly options: SuiteOptions
}

const usual = Effect.fnUntraced(function*(task: Task, cores: 1 | 2, { folder, hasPeer, options, ours }: Measuring) {
  yield* Console.error(`${task}, ${cores === 1 ? "one core" : "two cores"}`)
  const { messages: count, rounds } = options
  const samples = yield* turns(rounds, {
    [OURS]: Run.run({ program: ours, task, folder, count, cores }),
    // What one core does without threads is what both rows are held against.
    [RAW]: Run.run({ program: Run.RAW, task, folder, count, cores: 1 }),
    [PEER]: hasPeer ? Gpg.run({ task, folder, count: Math.min(count, PEER_MESSAGES), cores }) : undefined
  })
  const entry: Entry = {
    key: `${task}-${cores}`,
    name: `${task}, 20 KB, ${cores === 1 ? "one core" : "two cores"}`,
    unit: Unit.perSecond(1),
    target: { [RAW]: cores === 1 ? 0.7 : 1.7, [PEER]: 8 },
    figures: figures(samples, each)
  }
  const both = new Map([...samples].filter(([name]) => name !== PEER))
  const started: Entry = {
    key: entry.key,
    name: `${entry.name}: the first ${Letters.warming(count)} of a process`,
    unit: Unit.perSecond(1),
    target: {},
    figures: figures(both, ({ first = Number.NaN }) => first / Letters.warming(count))
  }
  const work: Entry = {
    key: entry.key,
    name: `${entry.name}: processor time each`,
    unit: Unit.milliseconds,
    target: {},
    figures: figures(both, ({ count: done, processor = Number.NaN }) => processor / done)
  }
  return { entries: [entry, work, started], ours: samples.get(OURS) ?? [] }
})

const index = (cores: number, ours: ReadonlyArray<Run.Figures>): ReadonlyArray<Entry> => {
  const behind = ours.map(({ backlog = 0, count }) => 100 * backlog / count)
  const waiting = ours.filter(({ backlog = 0 }) => backlog > 0)
  const key = `index-${cores}`
  const name = `search index, ${cores === 1 ? "one core" : "two cores"}`
  return [
    { key, name: `${name}: left to do`, unit: Unit.percent, target: {}, figures: { [OURS]: figure(behind) } },
    {
      key,
      name: `${name}: messages`,
      unit: Unit.perSecond(1),
      target: {},
      figures: waiting.length === 0
        ? {}
        : { [OURS]: figure(waiting.map(({ backlog = 1, indexing = 0 }) => indexing / backlog)) }
    }
  ]
}

const large = Effect.fnUntraced(function*(task: Task, { folder, hasPeer, options, ours }: Measuring) {
  yield* Console.error(`${task}, 10 MB`)
  const samples = yield* turns(options.rounds, {
    [OURS]: Run.run({ program: ours, task, folder, count: 1, cores: 2 }),
    [RAW]: Run.run({ program: Run.RAW, task, folder, count: 1, cores: 2 }),
    [PEER]: hasPeer ? Gpg.run({ task, folder, count: 1, cores: 2 }) : undefined
  })
  const entry: Entry = {
    key: `large-${task}`,
    name: `${task}, an attachment of 10 MB`,
    unit: Unit.throughput,
    target: {},
    figures: figures(samples, ({ milliseconds }) => milliseconds / (LARGE / 1e6))
  }
  return entry
})

const memory = Effect.fnUntraced(function*(task: Task, size: string, { folder, ours }: Measuring) {
  yield* Console.error(`${task}, ${size}`)
  const { memory: most = 0 } = yield* Run.run({ program: ours, task, folder, count: 1, cores: 2 })
  const entry: Entry = {
    key: `memory-${task}`,
    name: `${task}, an attachment of ${size}: memory at the most`,
    unit: Unit.megabytes,
    target: {},
    figures: { [OURS]: figure([most]) }
  }
  return entry
})

export const run = Effect.fn("pgp.Suite.run")(function*(options: SuiteOptions) {
  const root = yield* TemporaryFolder.make
  const machine = Machine.facts()
  const peer = options.isAlone ? Option.none() : yield* Gpg.version
  if (Option.isNone(peer) && !options.isAlone) yield* Console.error("gpg is not installed: without it.")
  const folders = { usual: path.join(root, "usual"), large: path.join(root, "10"), largest: path.join(root, "50") }
  yield* Console.error("writing letters")
  yield* Letters.write({ folder: folders.usual, count: options.messages, octets: OCTETS })
  yield* Letters.write({ folder: folders.large, count: 1, octets: OCTETS, large: LARGE })
  yield* Letters.write({ folder: folders.largest, count: 1, octets: OCTETS, large: LARGEST })
  const measuring = { hasPeer: Option.isSome(peer), options, ours: yield* Run.ours }
  const entries: Array<Entry> = []
  for (const task of ["incoming", "outgoing"] as const) {
    for (const cores of [1, 2] as const) {
      const { entries: rows, ours } = yield* usual(task, cores, { ...measuring, folder: folders.usual })
      entries.push(...rows, ...task === "incoming" ? index(cores, ours) : [])
    }
    entries.push(yield* large(task, { ...measuring, folder: folders.large }))
    entries.push(
      yield* memory(task, "10 MB", { ...measuring, folder: folders.large }),
      yield* memory(task, "50 MB", { ...measuring, folder: folders.largest })
    )
  }
  const report: Report = {
    suite: "pgp",
    date: DateTime.formatIso(yield* DateTime.now),
    machine: { ...machine, "load after": Number(os.loadavg()[0]?.toFixed(2) ?? 0) },
    versions: { [OURS]: version, ...Option.isSome(peer) ? { [PEER]: peer.value } : {} },
    options: { ...options },
    notes: [
      "Incoming: from the queue to committed in the encrypted store; both layers opened, the inner one's signature checked.",
      `${RAW}: the same packets decrypted, verified, encrypted and signed, on one core; no MIME, no store.`,
      `${PEER}: two processes for an incoming message, one for an outgoing one, as many at a time as cores.`
    ],
    subjects: [OURS, RAW, ...Option.isSome(peer) ? [PEER] : []],
    entries
  }
  return report
}, Effect.scoped)
