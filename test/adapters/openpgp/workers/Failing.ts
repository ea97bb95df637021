/** A thread's program that dies of one input, never answers another, and does its work on all others. */
import { parentPort } from "node:worker_threads"
import type { Question } from "../../../../src/adapters/openpgp/EngineWorker.ts"
import "../../../../src/adapters/openpgp/EngineWorker.ts"

const starts = (input: object, text: string): boolean =>
  "data" in input && input.data instanceof Uint8Array &&
  new TextDecoder().decode(input.data.subarray(0, text.length)) === text

parentPort?.on("message", ({ input }: Question) => {
  if (starts(input, "die")) process.exit(3)
  if (starts(input, "loop")) { for (;;); }
})
