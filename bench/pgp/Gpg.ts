/** The peer: a pipeline that calls `gpg` for each layer of each message, as scripts do. */
import { Clock, Effect, Option } from "effect"
import { execFile } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import type { BenchError } from "../BenchError.ts"
import { ALICE, BOB, files } from "./Letters.ts"
import { exec, type Figures } from "./Run.ts"

export const version: Effect.Effect<Option.Option<string>> = Effect.callback((resume) => {
  execFile(
    "gpg",
    ["--version"],
    (error, stdout) => resume(Effect.succeed(error === null ? Option.some(stdout.split("\n")[0] ?? "") : Option.none()))
  )
})

const SEAL = ["--armor", "--local-user", ALICE, "--recipient", BOB, "--recipient", ALICE, "--sign", "--encrypt"]

type Gpg = (...args: ReadonlyArray<string>) => Effect.Effect<string, BenchError>

/** A home of its own with both people's keys; its agent ends with the scope. */
const home = Effect.fnUntraced(function*(folder: string, cores: number) {
  const file = files(folder)
  const at = yield* Effect.acquireRelease(
    Effect.sync(() => fs.mkdtempSync(path.join(folder, "gnupg-"))),
    (at) => Effect.ignore(exec(cores, ["gpgconf", "--homedir", at, "--kill", "gpg-agent"]))
  )
  const gpg: Gpg = (...args) =>
    exec(cores, ["gpg", "--homedir", at, "--batch", "--yes", "--quiet", "--trust-model", "always", ...args])
  yield* gpg("--import", file.secret(ALICE), file.secret(BOB), file.certificate(ALICE), file.certificate(BOB))
  return { at, gpg }
})

interface Task {
  readonly task: "incoming" | "outgoing"
  readonly folder: string
  readonly count: number
  readonly cores: number
}

/** Milliseconds for all, with as many processes at a time as there are cores. */
export const run = Effect.fn("Gpg.run")(function*({ cores, count, folder, task }: Task) {
  const file = files(folder)
  const { at, gpg } = yield* home(folder, cores)
  const out = (index: number, layer: string): string => path.join(at, `${index}.${layer}`)
  const each = (index: number) =>
    task === "incoming"
      ? Effect.andThen(
        gpg("--output", out(index, "item"), "--decrypt", file.item(index)),
        gpg("--output", out(index, "inner"), "--decrypt", file.inner(index))
      )
      : gpg("--output", out(index, "asc"), ...SEAL, file.clear(index))
  yield* each(0)
  const began = yield* Clock.currentTimeNanos
  yield* Effect.forEach(Array.from({ length: count }, (_, index) => index), each, { concurrency: cores, discard: true })
  const figures: Figures = { milliseconds: Number((yield* Clock.currentTimeNanos) - began) / 1e6, count }
  return figures
}, Effect.scoped)
