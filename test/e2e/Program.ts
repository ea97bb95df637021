/** The program as a person starts it: a process of its own on free ports in a home of its own. */
import { NodeFileSystem } from "@effect/platform-node"
import { Effect, FileSystem, Schema } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import { program } from "./Bundle.ts"

const Endpoint = Schema.Struct({ host: Schema.String, port: Schema.Int })

const Ready = Schema.Struct({
  imap: Endpoint,
  smtp: Endpoint,
  imaps: Schema.optionalKey(Endpoint),
  smtps: Schema.optionalKey(Endpoint),
  http: Endpoint,
  provider: Endpoint,
  lmtp: Endpoint,
  mx: Endpoint,
  submission: Endpoint,
  home: Schema.String,
  accounts: Schema.Array(Schema.Struct({ address: Schema.String, password: Schema.String }))
})
export type Ready = typeof Ready.Type

const decodeReady = Schema.decodeUnknownEffect(Schema.fromJsonString(Ready))

const { accounts, home, http, imap, smtp } = Ready.fields
const ClientReady = Schema.Struct({ accounts, home, http, imap, smtp })
const { lmtp, mx, provider, submission } = Ready.fields
const ProviderReady = Schema.Struct({
  lmtp,
  mx,
  provider,
  submission,
  aliases: Endpoint,
  recipients: Endpoint,
  inner: Endpoint
})
const decodeProviderReady = Schema.decodeUnknownEffect(Schema.fromJsonString(ProviderReady))
const decodeClientReady = Schema.decodeUnknownEffect(Schema.fromJsonString(ClientReady))

const SERVICES = [
  "IMAP",
  "IMAPS",
  "SMTP",
  "SMTPS",
  "HTTP",
  "PROVIDER",
  "LMTP",
  "MX",
  "SUBMISSION",
  "ALIAS_TABLE",
  "RECIPIENT_TABLE",
  "INNER"
]

export interface Exit {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** As in a clone. */
const sources = new URL("../../src/apps/leap-mail.ts", import.meta.url).pathname

const environment = (home: string, settings: Readonly<Record<string, string>>) => ({
  LEAP_MAIL_HOME: home,
  ...Object.fromEntries(SERVICES.map((name) => [`LEAP_MAIL_${name}_PORT`, "0"])),
  ...settings
})

export const makeHome = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  return `${yield* fs.makeTempDirectoryScoped({ prefix: "leap-mail-e2e-" })}/home`
}).pipe(Effect.provide(NodeFileSystem.layer))

const exitOf = (child: ChildProcess, output: { stdout: string; stderr: string }) =>
  Effect.callback<Exit>((resume) => {
    const answer = () => resume(Effect.succeed({ code: child.exitCode, ...output }))
    if (child.exitCode !== null || child.signalCode !== null) answer()
    else child.once("close", answer)
  })

const launch = (
  home: string,
  args: ReadonlyArray<string>,
  settings: Readonly<Record<string, string>>,
  main: Effect.Effect<string> = program
) =>
  Effect.gen(function*() {
    const file = yield* main
    const output = { stdout: "", stderr: "" }
    const child = yield* Effect.acquireRelease(
      Effect.sync(() => spawn(process.execPath, [file, ...args], { env: environment(home, settings) })),
      (child) => {
        child.kill("SIGKILL")
        return exitOf(child, output)
      }
    )
    child.stdout.setEncoding("utf8").on("data", (text: string) => output.stdout += text)
    child.stderr.setEncoding("utf8").on("data", (text: string) => output.stderr += text)
    return { child, exit: exitOf(child, output), output }
  })

/** Until it ends by itself. */
export const run = Effect.fnUntraced(function*(
  home: string,
  args: ReadonlyArray<string>,
  settings: Readonly<Record<string, string>> = {}
) {
  const { exit } = yield* launch(home, args, settings)
  return yield* exit
}, Effect.scoped)

/** Answers when `isReady` holds of what it printed, or dies of its end. */
const printed = (
  { child, exit, output }: Effect.Success<ReturnType<typeof launch>>,
  isReady: (stdout: string) => boolean
) =>
  Effect.raceFirst(
    Effect.callback<string>((resume) => {
      const answer = () => {
        if (isReady(output.stdout)) resume(Effect.succeed(output.stdout))
      }
      child.stdout.on("data", answer)
      answer()
    }),
    Effect.flatMap(exit, ({ code, stderr }) => Effect.die(new Error(`It ended with ${code}: ${stderr}`)))
  )

const stopping = ({ child, exit }: Effect.Success<ReturnType<typeof launch>>) =>
/** Answers how it ended. */
(signal: "SIGINT" | "SIGTERM" | "SIGKILL") =>
  Effect.suspend(() => {
    child.kill(signal)
    return exit
  })

/** Answers when the ready line is there; killed when the scope closes. */
const startJson = Effect.fnUntraced(function*<A, E>(
  home: string,
  args: ReadonlyArray<string>,
  settings: Readonly<Record<string, string>>,
  decode: (line: string) => Effect.Effect<A, E>
) {
  const launched = yield* launch(home, args, settings)
  const stdout = yield* printed(launched, (text) => text.includes("\n"))
  return {
    ready: yield* decode(stdout.slice(0, stdout.indexOf("\n"))),
    output: launched.output,
    stop: stopping(launched)
  }
})

export const start = (home: string, settings: Readonly<Record<string, string>> = {}) =>
  startJson(home, ["quickstart", "--json"], settings, decodeReady)

/** `serve`: the accounts of a home, without a provider. */
export const serve = (
  home: string,
  settings: Readonly<Record<string, string>>,
  args: ReadonlyArray<string> = []
) => startJson(home, ["serve", "--json", ...args], settings, decodeClientReady)

/** As a person starts it, in a clone: answers with what they are told. */
export const startForPerson = Effect.fnUntraced(function*(home: string) {
  const launched = yield* launch(home, ["quickstart"], {}, Effect.succeed(sources))
  return { told: yield* printed(launched, (text) => /Ctrl-C/.test(text)), stop: stopping(launched) }
})

/** `provider serve`, without accounts. */
export const serveProvider = (
  home: string,
  args: ReadonlyArray<string>,
  settings: Readonly<Record<string, string>> = {}
) => startJson(home, ["provider", "serve", "--json", ...args], settings, decodeProviderReady)
