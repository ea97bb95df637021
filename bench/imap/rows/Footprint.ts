/** Memory, the time to start, and the disk: what a server costs while it is merely there. */
import { Effect } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { BenchError } from "../../BenchError.ts"
import * as TemporaryFolder from "../../TemporaryFolder.ts"
import { kilobytes, megabytes, milliseconds, percent } from "../../Unit.ts"
import * as Cold from "../Cold.ts"
import * as Mailboxes from "../Mailboxes.ts"
import * as Realistic from "../Realistic.ts"
import { count, type Row, type Sizes, type Subject } from "../Row.ts"
import * as Server from "../Server.ts"

const memory = (sizes: Sizes): Row => ({
  key: "memory",
  needs: "Big",
  maxRounds: 3,
  lines: [{ name: `Resident memory, ${count(sizes.big)} selected`, unit: megabytes }],
  sample: Effect.fnUntraced(function*(subject) {
    const { server } = subject
    yield* server.stop
    yield* server.start
    yield* Mailboxes.selected(subject, "Big")
    return { costs: [yield* server.memory] }
  })
})

/** A thousand of ours; a process each, so many of the peer's would not fit into the machine. */
const crowdOf = ({ kind }: Subject): number => kind.name === "leap-mail" ? 1000 : 100

/** All have the mailbox of `sizes.messages` selected, and wait. */
const crowd = (sizes: Sizes): Row => ({
  key: "crowd",
  needs: "Main",
  maxRounds: 1,
  lines: [{
    name: `Memory of each of 1,000 clients (Dovecot: 100) idle in ${count(sizes.messages)}`,
    unit: kilobytes
  }],
  sample: Effect.fnUntraced(function*(subject) {
    const { server } = subject
    const clients = crowdOf(subject)
    yield* server.stop
    yield* server.start
    yield* Mailboxes.selected(subject, "Main")
    const before = yield* server.memory
    yield* Effect.forEach(
      Array.from({ length: clients }),
      () => Effect.flatMap(Mailboxes.selected(subject, "Main"), ({ idle }) => idle),
      { concurrency: 10 }
    )
    return { costs: [((yield* server.memory) - before) / clients] }
  })
})

const ready = (sizes: Sizes): Row => ({
  key: "ready",
  needs: "Big",
  lines: [{ name: `Start to greeting, with ${count(sizes.big)}, cold`, unit: milliseconds }],
  sample: (subject) => Effect.map(Cold.restart(subject), (milliseconds) => ({ costs: [milliseconds] }))
})

/** Allocated octets of all files; a file of several names counts once. */
const used = (folder: string): Effect.Effect<number, BenchError> =>
  Effect.try({
    try: () => {
      const seen = new Map<number, number>()
      for (const file of fs.readdirSync(folder, { recursive: true, encoding: "utf8" })) {
        const { blocks, ino } = fs.lstatSync(path.join(folder, file))
        seen.set(ino, blocks * 512)
      }
      return [...seen.values()].reduce((sum, octets) => sum + octets, 0)
    },
    catch: (cause) => new BenchError({ reason: `The disk use of ${folder} is not known: ${String(cause)}` })
  })

/** So many make it realistic; more only take longer. */
const realisticSize = ({ messages }: Sizes): number => Math.min(1000, messages)

/** On a server that has nothing else. */
const stored = Effect.fnUntraced(function*({ kind, sizes }: Subject, repeats: boolean) {
  const server = yield* kind.open(path.join(yield* TemporaryFolder.make, kind.name))
  yield* server.start
  yield* Effect.scoped(Effect.gen(function*() {
    const client = yield* Server.login(server)
    yield* client.command("CREATE Realistic")
    yield* Mailboxes.append(client, "Realistic", realisticSize(sizes), Realistic.make(repeats))
  }))
  yield* server.rest
  yield* server.stop
  return yield* used(server.folder)
}, Effect.scoped)

/** Samples: disk use with the repeats that people's mail has, and with every attachment one of a kind. */
const disk = (sizes: Sizes): Row => {
  const name = `Disk, ${count(realisticSize(sizes))} realistic messages`
  const at = (index: number) => (samples: ReadonlyArray<number>) => samples[index] ?? Number.NaN
  return {
    key: "disk",
    needs: undefined,
    maxRounds: 1,
    lines: [
      { name, unit: megabytes, value: at(0) },
      { name: `${name}, no attachment twice`, unit: megabytes, value: at(1) },
      {
        name: "What is saved where attachments repeat",
        unit: percent,
        value: (samples) => 100 * (1 - at(0)(samples) / at(1)(samples))
      }
    ],
    sample: (subject) =>
      Effect.map(Effect.forEach([true, false], (repeats) => stored(subject, repeats)), (costs) => ({ costs }))
  }
}

export const rows = (sizes: Sizes): ReadonlyArray<Row> => [memory(sizes), crowd(sizes), ready(sizes), disk(sizes)]
