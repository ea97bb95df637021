/** Real programs at the other end, where they are installed; where not, the test is reported as skipped, by name. */
import { Effect } from "effect"
import { spawn, spawnSync } from "node:child_process"

const isInstalled = (program: string): boolean => spawnSync(program, ["--version"]).error === undefined

/** What to hand to `skipIf`, and how the test is then called. */
export const needs = (...programs: ReadonlyArray<string>) => {
  const missing = programs.filter((program) => !isInstalled(program))
  return {
    isMissing: missing.length > 0,
    named: (name: string): string =>
      missing.length > 0 ? `${name} (skipped: ${missing.join(", ")} not installed)` : name
  }
}

export interface Ran {
  readonly code: number | null
  readonly stdout: Buffer
  readonly stderr: string
}

export interface RunOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string | Uint8Array
}

/** Until it ends; killed when it is waited for no longer. */
export const run = (program: string, args: ReadonlyArray<string>, { cwd, env, input }: RunOptions = {}) =>
  Effect.callback<Ran>((resume) => {
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env } })
    const stdout: Array<Buffer> = []
    let stderr = ""
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk))
    child.stderr.on("data", (chunk: Buffer) => stderr += chunk.toString())
    // A program that does not read all of it may be right.
    child.stdin.on("error", () => {})
    child.on("error", (error) => resume(Effect.die(error)))
    child.on("close", (code) => resume(Effect.succeed({ code, stdout: Buffer.concat(stdout), stderr })))
    child.stdin.end(input)
    return Effect.sync(() => child.kill("SIGKILL"))
  })
