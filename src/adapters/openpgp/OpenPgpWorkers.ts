/**
 * The OpenPgp port with the heavy work in threads. What reads keys stays here: it is short, and its answers are kept.
 * Callers wait, in order, where more is under way than the threads can take.
 */
import { Effect, Layer, Semaphore } from "effect"
import { availableParallelism } from "node:os"
import { OpenPgp, OpenPgpError } from "../../ports/OpenPgp.ts"
import { engine, type Operation, type Outputs } from "./Engine.ts"
import { attempt, make, type Run } from "./Service.ts"
import { WorkerPool } from "./WorkerPool.ts"

/** Each holds the library and what it read of keys: some 40 MB. */
const MAX_THREADS = 4
/** Under way at a time for each thread. */
const QUEUED = 4

/**
 * Worth a thread at any size: measured (two cores, loaded), the way there and back costs 0.2 ms with 1 KB and 0.3 ms
 * with 20 KB, the least of these operations 2 ms.
 */
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
}

const runOn = (pool: WorkerPool, slots: Semaphore.Semaphore): Run => (name, does, input) => {
  if (!HEAVY.has(name)) return attempt(does, () => engine[name](input))
  const asked = Effect.callback<Outputs[typeof name], OpenPgpError>((resume) =>
    pool.run(name, input, (outcome) =>
      resume(
        "reason" in outcome
          ? new OpenPgpError({ operation: does, reason: outcome.reason })
          : Effect.succeed(outcome.output as Outputs[typeof name])
      ))
  )
  return slots.withPermits(1)(asked)
}

/** On threads that somebody else ends. */
export const layerOf = (pool: WorkerPool, size: number): Layer.Layer<OpenPgp> =>
  Layer.effect(OpenPgp, Effect.map(Semaphore.make(size * QUEUED), (slots) => make(runOn(pool, slots))))

export const layerWith = ({ threads, ...options }: ThreadOptions): Layer.Layer<OpenPgp> =>
  Layer.unwrap(Effect.gen(function*() {
    const size = threads ?? Math.min(availableParallelism(), MAX_THREADS)
    const pool = yield* Effect.acquireRelease(
      Effect.sync(() => new WorkerPool({ size, ...options })),
      (pool) => Effect.promise(() => pool.close())
    )
    return layerOf(pool, size)
  }))

export const layer: Layer.Layer<OpenPgp> = layerWith({})
