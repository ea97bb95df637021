/** A thread that does what Engine does, one message in, one out. Started by WorkerPool; it says nothing to any log. */
import { parentPort } from "node:worker_threads"
import { engine, type Inputs, type Operation, type Outputs } from "./Engine.ts"
import { reasonOf } from "./Packets.ts"

/** What the thread is asked. */
export interface Question<Name extends Operation = Operation> {
  readonly id: number
  readonly name: Name
  readonly input: Inputs[Name]
}

export type Answer =
  /** Once, at the start. */
  | "ready"
  | { readonly id: number; readonly output: Outputs[Operation] }
  | { readonly id: number; readonly reason: string }

/** Smaller buffers are copied as fast as they change hands, and may be slices of one that Node shares. */
const MIN_TRANSFER = 64 * 1024

const transferable = (output: unknown): Array<ArrayBuffer> => {
  const data = output instanceof Uint8Array ? output : (output as { readonly data?: unknown } | undefined)?.data
  return data instanceof Uint8Array && data.length >= MIN_TRANSFER && data.length === data.buffer.byteLength &&
      data.buffer instanceof ArrayBuffer
    ? [data.buffer]
    : []
}

const SECRETS = ["secretKey", "signWith", "by"] as const

/** The copies that came with the question. What was read of them stays with the thread, and ends with it. */
const wipe = (input: object): void => {
  const given = input as Readonly<Record<string, unknown>>
  const arrays: ReadonlyArray<unknown> = [
    ...SECRETS.map((name) => given[name]),
    ...Array.isArray(given["secretKeys"]) ? given["secretKeys"] : []
  ]
  for (const one of arrays) if (one instanceof Uint8Array) one.fill(0)
}

const answer = async ({ id, input, name }: Question): Promise<void> => {
  const run: (input: never) => Promise<Outputs[Operation]> = engine[name]
  try {
    const output = await run(input as never)
    parentPort?.postMessage({ id, output } satisfies Answer, transferable(output))
  } catch (cause) {
    // Every failure of the engine becomes the port's error at the other side.
    parentPort?.postMessage({ id, reason: reasonOf(cause) } satisfies Answer)
  } finally {
    wipe(input)
  }
}

parentPort?.on("message", (question: Question) => void answer(question))
parentPort?.postMessage("ready" satisfies Answer)
