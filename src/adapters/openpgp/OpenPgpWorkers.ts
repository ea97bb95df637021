/**
 * The OpenPgp port with the heavy work in threads. What reads keys of the usual length stays here: it is short, and its
 * answers are kept; so do the usual messages, which are opened faster than they are handed to a thread.
 * Callers wait, in order, where more is under way than the threads can take.
 */
import { Effect, Layer, Semaphore } from "effect"
import { availableParallelism } from "node:os"
import { OpenPgp, OpenPgpError } from "../../ports/OpenPgp.ts"
import { engine, type Inputs, type Operation, type Outputs, quick } from "./Engine.ts"
import { attempt, make, type Run } from "./Service.ts"
import { TURN } from "./Turns.ts"
import { WorkerPool } from "./WorkerPool.ts"

/** Each holds the library and what it read of keys: some 40 MB. */
const MAX_THREADS = 4
/** Under way at a time for each thread. */
const QUEUED = 4

/** For threads, but for what `quick` does: the way there and back costs more than to open a usual message. */
const HEAVY: ReadonlySet<Operation> = new Set<Operation>([
  "generate",
  "encrypt",
  "decrypt",
  "sign",
  "verify",
  "encryptWithPassphrase",
  "decryptWithPassphrase",
  "unlocked"
])

export interface ThreadOptions {
  /** As many as there are processors, four at most, where not given. */
  readonly threads?: number
  /** Instead of the thread's own program. */
  readonly program?: URL
  /** Milliseconds for an operation, beside what its size allows. */
  readonly patience?: number
  /** All of it in threads, what is quick too. */
  readonly isThreaded?: boolean
}

/**
 * Octets of a certificate that is read here: as many packets as fit in it take the library ten milliseconds. Those of
 * people have one to five thousand.
 */
const MAX_CERTIFICATE = 8 * 1024

const CERTIFICATES: ReadonlyArray<string> = ["certificate", "known", "shown", "by", "recipients", "verifyWith"]

const isLong = (value: unknown): boolean =>
  Array.isArray(value) ? value.some(isLong) : value instanceof Uint8Array && value.length > MAX_CERTIFICATE

/** Of a stranger's making, perhaps: a thread can be ended. */
const readsLong = (input: object): boolean =>
  Object.entries(input).some(([name, value]) => CERTIFICATES.includes(name) && isLong(value))

const sizeOf = (input: object): number => "data" in input && input.data instanceof Uint8Array ? input.data.length : 0

/** undefined where it is not short; a fault is told by the thread, which finds it, too. */
const done = <Name extends Operation>(name: Name, input: Inputs[Name]): Effect.Effect<Outputs[Name] | undefined> => {
  const run = quick[name]
  return run === undefined ? Effect.undefined : Effect.promise(() => run(input).catch(() => undefined))
}

interface Threads {
  readonly pool: WorkerPool
  readonly slots: Semaphore.Semaphore
  /** Of those that are done in turns. */
  readonly turns: Semaphore.Semaphore
  readonly isThreaded: boolean
}

const runOn = ({ isThreaded, pool, slots, turns }: Threads): Run => (name, does, input) => {
  const isHeavy = readsLong(input)
  if (!isHeavy && !HEAVY.has(name)) return attempt(does, () => engine[name](input))
  const asked = Effect.callback<Outputs[typeof name], OpenPgpError>((resume) =>
    pool.run(name, input, (outcome) =>
      resume(
        "reason" in outcome
          ? new OpenPgpError({ operation: does, reason: outcome.reason })
          : Effect.succeed(outcome.output as Outputs[typeof name])
      ))
  )
  const threaded = slots.withPermits(1)(asked)
  if (isThreaded || isHeavy) return threaded
  const here = done(name, input)
  // One large message at a time: they would only wait for each other, all of them in memory.
  const inTurn = sizeOf(input) > TURN ? turns.withPermits(1)(here) : here
  return Effect.flatMap(inTurn, (output) => output === undefined ? threaded : Effect.succeed(output))
}

/** On threads that somebody else ends. */
export const layerOf = (pool: WorkerPool, size: number, isThreaded = false): Layer.Layer<OpenPgp> =>
  Layer.effect(
    OpenPgp,
    Effect.gen(function*() {
      const slots = yield* Semaphore.make(size * QUEUED)
      const turns = yield* Semaphore.make(1)
      return make(runOn({ pool, slots, turns, isThreaded }))
    })
  )

export const layerWith = ({ isThreaded, threads, ...options }: ThreadOptions): Layer.Layer<OpenPgp> =>
  Layer.unwrap(Effect.gen(function*() {
    const size = threads ?? Math.min(availableParallelism(), MAX_THREADS)
    const pool = yield* Effect.acquireRelease(
      Effect.sync(() => new WorkerPool({ size, ...options })),
      (pool) => Effect.promise(() => pool.close())
    )
    return layerOf(pool, size, isThreaded)
  }))

export const layer: Layer.Layer<OpenPgp> = layerWith({})
