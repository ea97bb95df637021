/** The node as a process, held to so many cores. */
import { Effect, Schema } from "effect"
import { spawn } from "node:child_process"
import * as path from "node:path"
import { BenchError } from "../BenchError.ts"

const Ready = Schema.fromJsonString(Schema.Struct({
  pid: Schema.Int,
  lmtp: Schema.Int,
  provider: Schema.Int,
  tokens: Schema.Array(Schema.String)
}))

export const start = Effect.fn("Node.start")(
  function*(cores: number, folder: string, accounts: number, certificate: string) {
    const main = path.join(import.meta.dirname, "NodeMain.ts")
    const args = ["-c", `0-${cores - 1}`, process.execPath, main, folder, String(accounts), certificate]
    const child = yield* Effect.acquireRelease(
      Effect.sync(() => spawn("taskset", args, { stdio: ["ignore", "pipe", "inherit"] })),
      (child) =>
        Effect.callback<void>((resume) => {
          if (child.exitCode !== null) return resume(Effect.void)
          child.once("close", () => resume(Effect.void))
          child.kill()
        })
    )
    const line = yield* Effect.callback<string, BenchError>((resume) => {
      let text = ""
      child.stdout.setEncoding("utf8").on("data", (chunk) => {
        text += String(chunk)
        if (text.includes("\n")) resume(Effect.succeed(text))
      })
      child.once("close", () => resume(new BenchError({ reason: "The node ended before it listened" })))
    })
    return yield* Effect.mapError(
      Schema.decodeUnknownEffect(Ready)(line),
      () => new BenchError({ reason: `The node printed ${line.slice(0, 200)}` })
    )
  }
)
