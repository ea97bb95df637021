/** What every other OpenPGP program is asked to do, each in a folder of its own with one key of its own. */
import { Effect, type Scope } from "effect"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

export type Algorithm = "ecc" | "rsa"

/** Ours, as the peer is told of it. */
export interface Correspondent {
  readonly email: string
  readonly certificate: Uint8Array
  /** Upper-case hex. */
  readonly fingerprint: string
}

export interface Peer {
  readonly certificate: Uint8Array
  /** All throw what the program said where it fails. */
  learn(from: Correspondent): void
  seal(data: Uint8Array, to: Correspondent, isSigned: boolean): Uint8Array
  sign(data: Uint8Array): Uint8Array
  /** `from`: whose valid signature must be in it. */
  open(sealed: Uint8Array, from: Correspondent | undefined): Uint8Array
  verify(data: Uint8Array, signature: Uint8Array, from: Correspondent): void
}

export interface Program {
  readonly name: string
  /** undefined: not installed. */
  readonly version: string | undefined
  readonly open: (algorithm: Algorithm, email: string) => Effect.Effect<Peer, never, Scope.Scope>
}

export const versionOf = (command: string): string | undefined => {
  const { error, status, stdout } = spawnSync(command, ["--version"], { encoding: "utf8" })
  return error === undefined && status === 0 ? /\d+(?:\.\d+)+/.exec(stdout)?.[0] ?? "unknown" : undefined
}

export interface Desk {
  readonly home: string
  readonly path: (name: string) => string
  /** The path of a file with these octets. */
  readonly put: (name: string, bytes: Uint8Array) => string
  readonly get: (name: string) => Uint8Array
  /** What it printed on both of its outputs. */
  readonly run: (command: string, args: ReadonlyArray<string>, input?: string) => string
}

/** Sockets have short paths only. */
export const desk = (close: (home: string) => void = () => {}): Effect.Effect<Desk, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const home = mkdtempSync(join(tmpdir(), "pgp-"))
      const path = (name: string): string => join(home, name)
      return {
        home,
        path,
        put: (name, bytes) => {
          writeFileSync(path(name), bytes, { mode: 0o600 })
          return path(name)
        },
        get: (name) => new Uint8Array(readFileSync(path(name))),
        run: (command, args, input = "") => {
          const { status, stderr, stdout } = spawnSync(command, args, { input, encoding: "utf8" })
          const said = `${stdout}${stderr}`
          if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${said.slice(0, 2000)}`)
          return said
        }
      } satisfies Desk
    }),
    ({ home }) =>
      Effect.sync(() => {
        close(home)
        rmSync(home, { recursive: true, force: true })
      })
  )

export const mustSay = (said: string, expected: string): void => {
  if (!said.toUpperCase().includes(expected.toUpperCase())) throw new Error(`it did not say ${expected}: ${said}`)
}
