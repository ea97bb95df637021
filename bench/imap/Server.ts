/** A server under test: a process of its own that can be stopped and started again on the same mail. */
import { Clock, Effect, Schedule, Schema, type Scope } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import * as fs from "node:fs"
import * as net from "node:net"
import { BenchError } from "../BenchError.ts"
import * as Client from "./Client.ts"
import * as LoopProbe from "./LoopProbe.ts"
import * as ProcessTree from "./ProcessTree.ts"

export const USER = "alice@leap.test"
export const PASSWORD = "wonderland-7"

export interface Server {
  readonly name: string
  readonly endpoint: Client.Endpoint
  /** All that it keeps. */
  readonly folder: string
  /** Answers the milliseconds until a client was greeted. */
  readonly start: Effect.Effect<number, BenchError>
  /** Answers when all its processes are gone. */
  readonly stop: Effect.Effect<void>
  /** Octets. */
  readonly memory: Effect.Effect<number, BenchError>
  /** Answers when it has nothing more to do of its own accord, such as indexing what came. */
  readonly rest: Effect.Effect<void>
  /** Back to how a mailbox is that no client has asked about yet; the server is stopped meanwhile. */
  forget(mailbox: string): Effect.Effect<void, BenchError>
  /** How long its event loop was held at most since this was asked last; undefined where nobody knows. */
  readonly held: Effect.Effect<LoopProbe.Held | undefined, BenchError>
}

export interface Kind {
  readonly name: string
  readonly version: string
  /** Not yet started. Stopped when the scope closes. */
  open(folder: string): Effect.Effect<Server, BenchError, Scope.Scope>
}

export interface Program {
  readonly name: string
  readonly folder: string
  readonly endpoint: Client.Endpoint
  /** For the next start. */
  command(): readonly [file: string, ...args: ReadonlyArray<string>]
  /** Beside the bench's own. */
  readonly environment?: Readonly<Record<string, string>>
  forget(mailbox: string): Effect.Effect<void, BenchError>
  /** It writes there at SIGUSR2 how long it was held. */
  readonly heldFile?: string
}

const HOST = "127.0.0.1"
const PATIENCE = "60 seconds"
const MAX_REST = "120 seconds"

/** A port that was free a moment ago. */
export const freeEndpoint: Effect.Effect<Client.Endpoint> = Effect.callback((resume) => {
  const server = net.createServer().listen(0, HOST, () => {
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    server.close(() => resume(Effect.succeed({ host: HOST, port })))
  })
})

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const exited = (child: ChildProcess): Effect.Effect<void> =>
  Effect.callback((resume) => {
    if (child.exitCode !== null || child.signalCode !== null) resume(Effect.void)
    else child.once("exit", () => resume(Effect.void))
  })

const gone = (pids: ReadonlyArray<number>): Effect.Effect<void> =>
  Effect.suspend(() => pids.some(isAlive) ? Effect.fail("still there") : Effect.void).pipe(
    Effect.retry(Schedule.spaced("5 millis")),
    Effect.timeoutOrElse({
      duration: "20 seconds",
      orElse: () => Effect.sync(() => pids.filter(isAlive).forEach((pid) => process.kill(pid, "SIGKILL")))
    }),
    Effect.ignore
  )

const stopChild = Effect.fnUntraced(function*(child: ChildProcess) {
  const pids = child.pid === undefined ? [] : ProcessTree.processes(child.pid)
  child.kill("SIGTERM")
  yield* gone(pids)
})

/** Less than a fiftieth of a core in a second: work that is put off for a moment has begun by then. */
const isResting = (pid: number): Effect.Effect<boolean> =>
  Effect.gen(function*() {
    const before = ProcessTree.ticks(pid)
    yield* Effect.sleep("1 second")
    return ProcessTree.ticks(pid) - before <= 2
  })

const decodeHeld = Schema.decodeUnknownEffect(Schema.fromJsonString(LoopProbe.Held))

const heldSince = (pid: number, file: string): Effect.Effect<LoopProbe.Held, BenchError> =>
  Effect.gen(function*() {
    fs.rmSync(file, { force: true })
    process.kill(pid, "SIGUSR2")
    const read = Effect.try(() => fs.readFileSync(file, "utf8"))
    const text = yield* read.pipe(Effect.retry(Schedule.spaced("5 millis")), Effect.timeout("10 seconds"))
    return yield* decodeHeld(text)
  }).pipe(Effect.mapError((cause) => new BenchError({ reason: `How long it was held is not known: ${String(cause)}` })))

export const make = Effect.fnUntraced(function*(program: Program) {
  const { endpoint, folder, name } = program
  let running: ChildProcess | undefined
  let told = ""

  const stop = Effect.suspend(() => {
    const child = running
    running = undefined
    return child === undefined ? Effect.void : stopChild(child)
  })
  yield* Effect.addFinalizer(() => stop)

  const start = Effect.gen(function*() {
    const began = yield* Clock.currentTimeNanos
    const [file, ...args] = program.command()
    const child = spawn(file, args, {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, ...program.environment }
    })
    running = child
    told = ""
    child.stderr.setEncoding("utf8").on("data", (text: string) => told = (told + text).slice(-2000))
    const ended = Effect.flatMap(exited(child), () => new BenchError({ reason: `${name} ended at once: ${told}` }))
    const greeted = Effect.scoped(Client.connect(endpoint)).pipe(Effect.retry(Schedule.spaced("2 millis")))
    yield* Effect.raceFirst(greeted, ended).pipe(
      Effect.timeoutOrElse({
        duration: PATIENCE,
        orElse: () => new BenchError({ reason: `${name} greeted nobody for ${PATIENCE}: ${told}` })
      })
    )
    return Number((yield* Clock.currentTimeNanos) - began) / 1e6
  })

  const withPid = <A>(f: (pid: number) => Effect.Effect<A, BenchError>): Effect.Effect<A, BenchError> =>
    Effect.suspend(() => {
      const pid = running?.pid
      return pid === undefined ? new BenchError({ reason: `${name} is not running` }) : f(pid)
    })

  const server: Server = {
    name,
    endpoint,
    folder,
    start,
    stop,
    memory: withPid(ProcessTree.memory),
    rest: withPid((pid) => Effect.repeat(isResting(pid), { until: (isAtRest) => isAtRest })).pipe(
      Effect.timeout(MAX_REST),
      Effect.ignore
    ),
    forget: program.forget,
    held: withPid((pid) =>
      program.heldFile === undefined ? Effect.succeed(undefined) : heldSince(pid, program.heldFile)
    )
  }
  return server
})

/** A logged-in client. Disconnects with the scope. */
export const login = Effect.fnUntraced(function*({ endpoint }: Server) {
  const client = yield* Client.connect(endpoint)
  yield* client.command(`LOGIN ${USER} ${PASSWORD}`)
  return client
})
