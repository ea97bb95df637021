/** A provider as a process of its own, and devices of one of its accounts in this one. */
import { Context, Effect, Option, Redacted, Schedule, Schema } from "effect"
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import * as AccountFolder from "../../src/apps/AccountFolder.ts"
import * as Client from "../../src/apps/Client.ts"
import * as Enter from "../../src/apps/Enter.ts"
import type { Settings } from "../../src/apps/Settings.ts"
import { unlockHere } from "../../src/apps/Unlock.ts"
import { Address } from "../../src/domain/account/Address.ts"
import { ReplicaStore } from "../../src/ports/ReplicaStore.ts"
import { BenchError } from "../BenchError.ts"

const ADDRESS = Address.make("bench@leap.test")
const PASSPHRASE = Redacted.make("a passphrase of the bench")
const SERVICES = ["PROVIDER", "LMTP", "MX", "SUBMISSION", "ALIAS_TABLE", "RECIPIENT_TABLE", "INNER"]

const settings: Settings = {
  home: "",
  host: "127.0.0.1",
  ports: { imap: 0, imaps: 0, smtp: 0, smtps: 0, http: 0, provider: 0, lmtp: 0, mx: 0, submission: 0 },
  password: Option.none(),
  smarthost: Option.none(),
  trace: { imap: false }
}

const Ready = Schema.fromJsonString(
  Schema.Struct({ provider: Schema.Struct({ host: Schema.String, port: Schema.Int }) })
)
const decodeReady = Schema.decodeUnknownEffect(Ready)

const program = path.join(import.meta.dirname, "../../src/apps/leap-mail.ts")

/** Answers its URL. */
export const startProvider = Effect.fnUntraced(function*(folder: string) {
  fs.mkdirSync(folder, { recursive: true })
  const child = yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawn(process.execPath, [program, "provider", "serve", "--domain", "leap.test", "--json"], {
        stdio: ["ignore", "pipe", "inherit"],
        env: {
          LEAP_MAIL_HOME: folder,
          LEAP_MAIL_REGISTRATION: "open",
          ...Object.fromEntries(SERVICES.map((name) => [`LEAP_MAIL_${name}_PORT`, "0"]))
        }
      })
    ),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )
  const line = yield* Effect.callback<string, BenchError>((resume) => {
    let text = ""
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk
      const end = text.indexOf("\n")
      if (end >= 0) resume(Effect.succeed(text.slice(0, end)))
    })
    child.once("exit", () => resume(new BenchError({ reason: "The provider ended at once" })))
  })
  const { provider } = yield* Effect.orDie(decodeReady(line))
  return `http://${provider.host}:${provider.port}`
})

/** A device's folder: of the first, or of one that joins. */
export const prepare = Effect.fnUntraced(function*(home: string, provider: string, isFirst: boolean) {
  const place: Enter.Place = {
    home,
    address: ADDRESS,
    provider,
    pin: null,
    submissionPin: null,
    device: path.basename(home)
  }
  const { password } = isFirst
    ? yield* Enter.create(place, PASSPHRASE)
    : yield* Enter.join(place, PASSPHRASE)
  return { home, login: { user: ADDRESS, password: Redacted.value(password) } }
})

/** The account opened: what `serve` does after the password. */
export const open = Effect.fnUntraced(function*(home: string) {
  const account = yield* AccountFolder.choose(home, Option.some(ADDRESS))
  const unlocked = yield* unlockHere(account, PASSPHRASE, false)
  const { accounts: [opened], ...doors } = yield* Client.start({ settings, tls: undefined, accounts: [unlocked] })
  if (opened === undefined) return yield* new BenchError({ reason: "No account was opened" })
  return { ...doors, ...opened, databaseKey: unlocked.secrets.databaseKey }
})
type Device = Effect.Success<ReturnType<typeof open>>

/** Answers when the provider has all that the device has. */
export const pushed = ({ services }: Device) => {
  const { pending } = Context.get(services, ReplicaStore)
  return Effect.repeat(pending(1), { until: (left) => left.length === 0, schedule: Schedule.spaced("5 millis") })
}

/** Milliseconds of processor time in half a second: less is housekeeping. */
const IDLE = 50

/** Answers when nothing is done in this process any more: no mail is indexed. */
export const idle = Effect.repeat(
  Effect.gen(function*() {
    const before = process.cpuUsage()
    yield* Effect.sleep("500 millis")
    const { system, user } = process.cpuUsage(before)
    return (user + system) / 1000
  }),
  { until: (busy) => busy < IDLE }
)

/** Answers when the device knows all that was pushed. */
export const quiet = ({ services }: Device) => {
  const { cursor } = Context.get(services, ReplicaStore)
  const isStill = Effect.gen(function*() {
    const before = yield* cursor
    yield* Effect.sleep("500 millis")
    return (yield* cursor) === before
  })
  return Effect.repeat(isStill, { until: (still) => still })
}
