/** The folders of this device's accounts: `client/ADDRESS` in the home, each with what is known of its provider. */
import { Effect, FileSystem, Option, Path, Schema } from "effect"
import { Address, canonical } from "../domain/account/Address.ts"
import { isAlive } from "./Alive.ts"
import * as Home from "./Home.ts"

const VERSION = 1

const Facts = Schema.Struct({
  version: Schema.Literal(VERSION),
  address: Address,
  /** As the person gave it. */
  provider: Schema.String,
  pin: Schema.NullOr(Schema.String),
  /** As the person sees this device among the account's sessions. */
  device: Schema.String,
  /** As `provider.json` told them last. */
  api: Schema.String,
  submission: Schema.Struct({
    host: Schema.String,
    port: Schema.Int,
    /** As the person gave it: the key that the certificate there has. */
    pin: Schema.optionalKey(Schema.String)
  }),
  /** One of the quickstart's, which has a provider only while it runs. */
  isDemo: Schema.optionalKey(Schema.Literal(true))
})
export type Facts = typeof Facts.Type

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Facts))
const encode = Schema.encodeEffect(Schema.fromJsonString(Facts))

export class NoSuchAccount extends Schema.TaggedError<NoSuchAccount>()("NoSuchAccount", { reason: Schema.String }) {
  override get message(): string {
    return this.reason
  }
}

export interface AccountFolder {
  readonly folder: string
  readonly facts: Facts
}

/** Of `all`, the quickstart's are among them. */
export type Which = "own" | "all"

export const pathOf = Effect.fnUntraced(function*(home: string, address: Address) {
  const path = yield* Path.Path
  return path.join(home, "client", canonical(address))
})

const fileIn = (folder: string) => Effect.map(Path.Path, (path) => path.join(folder, "account.json"))

/** undefined where no account was created or joined. */
export const read = Effect.fn("AccountFolder.read")(function*(folder: string) {
  const file = yield* fileIn(folder)
  const text = yield* Home.read(file)
  if (text === undefined) return undefined
  return yield* Effect.mapError(decode(text), () => Home.notUnderstood(file, text, VERSION))
})

export const write = Effect.fn("AccountFolder.write")(function*(folder: string, facts: Facts) {
  yield* Home.write(yield* fileIn(folder), yield* Effect.orDie(encode(facts)))
})

/** In the order of their addresses. */
export const list = Effect.fn("AccountFolder.list")(function*(home: string, which: Which = "own") {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const names = yield* fs.readDirectory(path.join(home, "client")).pipe(
    Effect.catchReason("PlatformError", "NotFound", () => Effect.succeed([])),
    Effect.mapError((error) => new Home.HomeError({ reason: `${home} cannot be read: ${error.message}` }))
  )
  const found: Array<AccountFolder> = []
  for (const name of names.toSorted()) {
    const folder = path.join(home, "client", name)
    const facts = yield* read(folder)
    if (facts !== undefined && (which === "all" || facts.isDemo !== true)) found.push({ folder, facts })
  }
  return found
})

/** The one that is meant: by its address, or the only one there is; the quickstart's where there is no other. */
export const choose = Effect.fn("AccountFolder.choose")(function*(
  home: string,
  address: Option.Option<Address>,
  which: Which = "own"
) {
  const known = yield* list(home, which)
  const own = known.filter(({ facts }) => facts.isDemo !== true)
  const all = Option.isSome(address) || own.length === 0 ? known : own
  const [first, ...others] = Option.match(address, {
    onNone: () => all,
    onSome: (given) => all.filter(({ facts }) => canonical(facts.address) === canonical(given))
  })
  if (first === undefined) {
    const demos = which === "own" ? yield* list(home, "all") : []
    if (Option.isSome(address) && demos.some(({ facts }) => canonical(facts.address) === canonical(address.value))) {
      return yield* new NoSuchAccount({
        reason: `${address.value} is the quickstart's, for which there is no such command: ` +
          "make an account of your own with `leap-mail account create`."
      })
    }
    return yield* new NoSuchAccount({
      reason: `There is no ${Option.isSome(address) ? `account ${address.value}` : "account"} in ${home}: ` +
        "make one with `leap-mail account create`, or bring one with `leap-mail account join`."
    })
  }
  if (others.length > 0) {
    return yield* new NoSuchAccount({
      reason: `There are several accounts: say which with --account, one of ${
        all.map(({ facts }) => facts.address).join(", ")
      }.`
    })
  }
  return first
})

/** What is read, changed and written in an account's folder is one process's alone meanwhile. */
export const locked = <A, E, R>(folder: string, change: Effect.Effect<A, E, R>) =>
  Effect.scoped(Effect.andThen(Home.open(folder, process.pid, isAlive), change))
