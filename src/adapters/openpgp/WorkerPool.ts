/** Threads for OpenPGP, begun when they are needed. Plain callbacks: OpenPgpWorkers makes Effects of them. */
import { Worker } from "node:worker_threads"
import type { Inputs, Operation, Outputs } from "./Engine.ts"
import type { Answer, Question } from "./EngineWorker.ts"

/** A thread that crashed took what it did with it; each is tried once more, alone. */
const MAX_LOSSES = 2

/** Two at a time: one is computed while the other is on its way. */
const PER_THREAD = 2

/** No honest message takes so long. */
const PATIENCE = 120_000
const PATIENCE_PER_BYTE = 0.002

type Settle = (outcome: { readonly output: Outputs[Operation] } | { readonly reason: string }) => void

interface Job {
  readonly name: Operation
  readonly input: Inputs[Operation]
  readonly settle: Settle
  /** Threads that were lost with it. */
  losses: number
}

interface Thread {
  readonly worker: Worker
  readonly jobs: Map<number, Job>
  /** It has read its program. */
  isReady: boolean
}

export interface PoolOptions {
  readonly size: number
  /** Of the thread's program. */
  readonly program?: URL
  /** Milliseconds that an operation on nothing may take. */
  readonly patience?: number
}

/** Beside this file, in whichever form this file is run. */
const PROGRAM = new URL(import.meta.url.endsWith(".ts") ? "./EngineWorker.ts" : "./EngineWorker.js", import.meta.url)

/** It may be what a thread died of: it gets one for itself. */
const isSuspect = ({ losses }: Job): boolean => losses > 0

const sizeOf = (input: object): number => "data" in input && input.data instanceof Uint8Array ? input.data.length : 0

/** Larger ones change hands; smaller ones are copied faster than they are detached. */
const MIN_TRANSFER = 64 * 1024

/** Without slack: a clone of a slice would take along all that it is a slice of. */
const packed = (input: object): readonly [object, Array<ArrayBuffer>] => {
  const buffers: Array<ArrayBuffer> = []
  const pack = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(pack)
    if (!(value instanceof Uint8Array)) return value
    if (value.length < MIN_TRANSFER && value.length === value.buffer.byteLength) return value
    const copy = new Uint8Array(value)
    if (copy.length >= MIN_TRANSFER) buffers.push(copy.buffer)
    return copy
  }
  return [Object.fromEntries(Object.entries(input).map(([name, value]) => [name, pack(value)])), buffers]
}

export class WorkerPool {
  readonly #size: number
  readonly #program: URL
  readonly #patience: number
  readonly #threads = new Set<Thread>()
  readonly #waiting: Array<Job> = []
  #id = 0
  #isClosed = false

  constructor({ patience = PATIENCE, program = PROGRAM, size }: PoolOptions) {
    this.#size = size
    this.#program = program
    this.#patience = patience
  }

  /** `settle` is called once, later. Threads take jobs in the order in which they are handed in. */
  run<Name extends Operation>(name: Name, input: Inputs[Name], settle: Settle): void {
    this.#waiting.push({ name, input, settle, losses: 0 })
    this.#next()
  }

  /** Everything that is not done fails. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all([...this.#threads].map(({ worker }) => worker.terminate()))
    for (const { settle } of this.#waiting.splice(0)) settle({ reason: "the program is stopping" })
  }

  #next(): void {
    for (let [job] = this.#waiting; job !== undefined && !this.#isClosed; [job] = this.#waiting) {
      const thread = this.#free(isSuspect(job) ? 1 : PER_THREAD)
      if (thread === undefined) return
      this.#waiting.shift()
      this.#hand(thread, job)
    }
  }

  /** The one with the least to do; a new one rather than a busy one. */
  #free(room: number): Thread | undefined {
    const open = [...this.#threads].filter(({ jobs }) => ![...jobs.values()].some(isSuspect))
    const [least] = open.sort((a, b) => a.jobs.size - b.jobs.size)
    if (least?.jobs.size === 0) return least
    if (this.#threads.size < this.#size) return this.#start()
    return least !== undefined && least.jobs.size < room ? least : undefined
  }

  #start(): Thread {
    const worker = new Worker(this.#program)
    const thread: Thread = { worker, jobs: new Map(), isReady: false }
    this.#threads.add(thread)
    let why = "it ended by itself"
    worker.on("message", (answer: Answer) => this.#take(thread, answer))
    worker.on("error", (error) => why = error instanceof Error ? error.message : String(error))
    worker.on("exit", () => this.#lose(thread, why))
    // A program that has nothing else to do may end.
    worker.unref()
    return thread
  }

  #hand(thread: Thread, job: Job): void {
    const { input, name } = job
    const id = this.#id++
    thread.jobs.set(id, job)
    thread.worker.ref()
    const [copy, buffers] = packed(input)
    thread.worker.postMessage({ id, name, input: copy as Question["input"] } satisfies Question, buffers)
    if (thread.isReady) this.#watch(thread, id, job)
  }

  #watch(thread: Thread, id: number, job: Job): void {
    setTimeout(() => {
      if (!thread.jobs.has(id)) return
      // Once is enough of what takes for ever.
      job.losses = MAX_LOSSES
      void thread.worker.terminate()
    }, this.#patience + sizeOf(job.input) * PATIENCE_PER_BYTE).unref()
  }

  #take(thread: Thread, answer: Answer): void {
    if (answer === "ready") {
      thread.isReady = true
      for (const [id, job] of thread.jobs) this.#watch(thread, id, job)
      return
    }
    const job = thread.jobs.get(answer.id)
    thread.jobs.delete(answer.id)
    if (thread.jobs.size === 0) thread.worker.unref()
    job?.settle(answer)
    this.#next()
  }

  #lose(thread: Thread, why: string): void {
    this.#threads.delete(thread)
    for (const job of [...thread.jobs.values()].reverse()) {
      if (++job.losses < MAX_LOSSES && !this.#isClosed) this.#waiting.unshift(job)
      else job.settle({ reason: `the thread that did it was lost (${why})` })
    }
    this.#next()
  }
}
