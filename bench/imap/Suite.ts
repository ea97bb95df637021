/** `bench imap`: our IMAP server and Dovecot, the same questions in turns, one row after another. */
import { Console, DateTime, Effect, Option } from "effect"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as Machine from "../Machine.ts"
import * as OsCache from "../OsCache.ts"
import * as Profile from "../Profile.ts"
import type { Entry, Report } from "../Report.ts"
import * as TemporaryFolder from "../TemporaryFolder.ts"
import * as Dovecot from "./Dovecot.ts"
import * as LeapMail from "./LeapMail.ts"
import * as Mailboxes from "./Mailboxes.ts"
import * as Rounds from "./Rounds.ts"
import type { Row, Sizes } from "./Row.ts"
import * as Append from "./rows/Append.ts"
import * as Change from "./rows/Change.ts"
import * as Fetch from "./rows/Fetch.ts"
import * as Footprint from "./rows/Footprint.ts"
import * as Held from "./rows/Held.ts"
import * as Search from "./rows/Search.ts"
import * as Select from "./rows/Select.ts"
import * as Sessions from "./rows/Sessions.ts"

export interface SuiteOptions extends Sizes, Dovecot.DovecotOptions {
  readonly rounds: number
  /** Rows whose key begins so. */
  readonly row: Option.Option<string>
  /** Ours without the peer. */
  readonly isAlone: boolean
  /** Where the mail stays for the next run; none: a temporary folder. */
  readonly home: Option.Option<string>
  /** Folder for processor profiles of ours, one a row. */
  readonly profile: Option.Option<string>
}

const allRows = (sizes: Sizes): ReadonlyArray<Row> => [
  ...Append.rows,
  ...Fetch.rows(sizes),
  ...Search.rows(sizes),
  ...Change.rows(sizes),
  ...Select.rows(sizes),
  ...Sessions.rows(sizes),
  ...Held.rows,
  ...Footprint.rows(sizes)
]

const NOTES = [
  OsCache.canDrop
    ? "Cold: server restarted, the system's file cache emptied."
    : "Cold: server restarted; the system's file cache was not emptied, that takes root on Linux.",
  "On disk when answered: ours every change; Dovecot (mail_fsync=optimized) new messages, not flags, COPY or EXPUNGE."
]

const peers = Effect.fnUntraced(function*(options: SuiteOptions) {
  if (options.isAlone) return []
  const version = yield* Dovecot.version
  if (Option.isSome(version)) return Dovecot.kinds(options, version.value)
  yield* Console.error("Dovecot is not installed (Debian: dovecot-imapd): our figures alone.")
  return []
})

/** Ours begins anew with the profiler on; when it ends, the profile is there. */
const profiled = Effect.fnUntraced(function*<A, E, R>(
  folder: string,
  row: Row,
  { server }: Rounds.Opened,
  profile: LeapMail.Profile,
  effect: Effect.Effect<A, E, R>
) {
  const file = path.join(path.resolve(folder), `${row.key}.cpuprofile`)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  profile.file = file
  yield* server.stop
  yield* server.start
  const value = yield* effect
  yield* server.stop
  profile.file = undefined
  yield* server.start
  const summed = yield* Effect.orDie(Profile.decode(fs.readFileSync(file, "utf8")))
  yield* Console.log(`\n${row.key} (${file})\n${Profile.summary(summed)}`)
  return value
})

export const run = Effect.fn("Suite.run")(function*(options: SuiteOptions) {
  const { profile, row: wanted, rounds } = options
  const rows = allRows(options).filter(({ key }) => key.startsWith(Option.getOrElse(wanted, () => "")))
  const profiling: LeapMail.Profile = { file: undefined }
  const home = Option.isSome(options.home) ? path.resolve(options.home.value) : yield* TemporaryFolder.make
  const kinds = [LeapMail.kind(profiling), ...yield* peers(options)]
  const opened = yield* Effect.forEach(
    kinds,
    (kind) => Effect.map(kind.open(path.join(home, kind.name)), (server): Rounds.Opened => ({ kind, server }))
  )
  const [ours] = opened
  yield* Effect.forEach(opened, ({ server }) => server.start)
  const machine = Machine.facts()
  const entries: Array<Entry> = []
  const notes = [...NOTES]
  for (const row of rows) {
    const { needs } = row
    yield* Console.error(row.key)
    if (needs !== undefined) {
      yield* Effect.forEach(opened, ({ server }) => Mailboxes.fill(server, options, needs), {
        concurrency: "unbounded"
      })
    }
    const measuring = Rounds.measure(row, options, rounds, opened)
    const measured = yield* Option.isSome(profile) && ours !== undefined
      ? profiled(profile.value, row, ours, profiling, measuring)
      : measuring
    entries.push(...measured.entries)
    notes.push(...measured.differences)
  }
  const report: Report = {
    suite: "imap",
    date: DateTime.formatIso(yield* DateTime.now),
    machine: { ...machine, "load after": Number(os.loadavg()[0]?.toFixed(2) ?? 0) },
    versions: Object.fromEntries(kinds.map(({ name, version }) => [name, version])),
    options: {
      messages: options.messages,
      big: options.big,
      rounds,
      format: options.format,
      curve: options.curve,
      isFileCacheDropped: OsCache.canDrop
    },
    notes,
    subjects: kinds.map(({ name }) => name),
    entries
  }
  return report
}, Effect.scoped)
