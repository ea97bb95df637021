/** A program of a test's own that says what it did, line by line, until it is killed. */
import { Effect } from "effect"
import { spawn } from "node:child_process"

/** Kills it (kill -9) as soon as `isEnough` of what it said; answers the whole lines of all that it said. */
export const linesUntil = (file: string, args: ReadonlyArray<string>, isEnough: (said: string) => boolean) =>
  Effect.callback<ReadonlyArray<string>>((resume) => {
    const child = spawn(process.execPath, [file, ...args], { stdio: ["ignore", "pipe", "inherit"] })
    let said = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      said += text
      if (isEnough(said)) child.kill("SIGKILL")
    })
    child.once("close", () => resume(Effect.succeed(said.split("\n").slice(0, -1))))
    return Effect.sync(() => child.kill("SIGKILL"))
  })
