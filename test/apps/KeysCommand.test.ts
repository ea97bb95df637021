/** `leap-mail keys` and `account create`, command by command, on an account of a real provider. */
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Option, Redacted, Schema } from "effect"
import { Command } from "effect/cli"
import { readFileSync, statSync, writeFileSync } from "node:fs"
import { account } from "../../src/apps/AccountCommand.ts"
import * as AccountFolder from "../../src/apps/AccountFolder.ts"
import * as Client from "../../src/apps/Client.ts"
import { keys } from "../../src/apps/KeysCommand.ts"
import { unlockHere } from "../../src/apps/Unlock.ts"
import { Address } from "../../src/domain/account/Address.ts"
import { KeyStore } from "../../src/ports/KeyStore.ts"
import { OpenPgp } from "../../src/ports/OpenPgp.ts"
import { makeFolder, makeProvider, platform, settings } from "./House.ts"
import { printed } from "./Printed.ts"

const ADDRESS = Address.make("kim@leap.test")
const FRIEND = Address.make("friend@elsewhere.test")
const PASSPHRASE = "a passphrase of her own"
/** Nothing is sent here. */
const PIN = `sha256//${"A".repeat(43)}=`

const leapMail = Command.make("leap-mail").pipe(Command.withSubcommands([account, keys]))
const parse = Command.runWith(leapMail, { version: "test", renderErrors: false })

const make = Effect.gen(function*() {
  const { provider } = yield* makeProvider
  const folder = yield* makeFolder
  const home = `${folder}/home`
  const env = { LEAP_MAIL_HOME: home, LEAP_MAIL_PASSPHRASE: PASSPHRASE, LEAP_MAIL_WKD: "false" }
  const run = (args: ReadonlyArray<string>, more: Readonly<Record<string, string>> = {}) =>
    printed(parse(args), { ...env, ...more })
  const place = ["--provider", `http://${provider.host}:${provider.port}`]
  yield* run(["account", "create", ADDRESS, ...place, "--submission-pin", PIN, "--algorithm", "v6", "--json"])
  const command = (...args: ReadonlyArray<string>) => run(["keys", ...args])
  const fails = (...args: ReadonlyArray<string>) =>
    Effect.map(Effect.flip(command(...args)), (error) => error instanceof Error ? error.message : String(error))
  return { command, fails, home, path: (name: string): string => `${folder}/${name}`, run }
})

const Key = Schema.Struct({
  address: Schema.String,
  fingerprint: Schema.String,
  level: Schema.String,
  algorithm: Schema.String,
  state: Schema.String
})
const List = Schema.Struct({ own: Key, others: Schema.Array(Key), waiting: Schema.Int })
const Page = Schema.Struct({ key: Schema.NullOr(Key), others: Schema.Array(Key), wish: Schema.NullOr(Schema.String) })
const asList = Schema.decodeUnknownEffect(Schema.fromJsonString(List))
const asPage = Schema.decodeUnknownEffect(Schema.fromJsonString(Page))

const friendsKey = Effect.gen(function*() {
  const pgp = yield* OpenPgp
  const made = yield* pgp.generate({ name: "Friend", email: FRIEND }, { expiresInSeconds: undefined })
  return { certificate: made.certificate, ...(yield* pgp.inspect(made.certificate)) }
})

/** As `serve --offline` opens it. */
const served = Effect.fnUntraced(function*(home: string) {
  const chosen = yield* AccountFolder.choose(home, Option.some(ADDRESS))
  const unlocked = yield* unlockHere(chosen, Redacted.make(PASSPHRASE), true)
  const { accounts: [opened] } = yield* Client.start({ settings, tls: undefined, accounts: [unlocked] })
  if (opened === undefined) return yield* Effect.die(new Error("No account was opened"))
  return Context.get(opened.services, KeyStore)
})

layer(platform, { timeout: "1 minute" })("leap-mail keys", (it) => {
  it.effect("the first one is there as soon as the account is, made of what was asked for", () =>
    Effect.gen(function*() {
      const { command, home, run } = yield* make
      const { facts } = yield* AccountFolder.choose(home, Option.some(ADDRESS))
      assert.strictEqual(facts.submission.pin, PIN)
      const error = yield* Effect.flip(run(["account", "join", FRIEND, "--submission-pin", "AB:CD"]))
      assert.match(String(error), /--submission-pin: the pin is not sha256\/\/ and/)
      const { others, own } = yield* Effect.flatMap(command("list", "--json"), asList)
      const { address, algorithm, fingerprint, state } = own
      assert.deepStrictEqual([address, algorithm, state, fingerprint.length], [ADDRESS, "Ed25519", "good", 64])
      assert.deepStrictEqual(others, [])
    }).pipe(Effect.scoped))

  it.effect("others' keys are imported, compared, confirmed and rejected while the account is served", () =>
    Effect.gen(function*() {
      const { command, fails, home, path } = yield* make
      const pgp = yield* OpenPgp
      const [first, second, third] = [yield* friendsKey, yield* friendsKey, yield* friendsKey]
      const store = yield* served(home)
      writeFileSync(path("first.asc"), yield* pgp.armor("public key", first.certificate))
      writeFileSync(path("second.pgp"), second.certificate)
      assert.include(yield* command("import", path("first.asc")), "is used")
      // One more of the same level has to wait.
      assert.include(yield* command("import", path("second.pgp"), "--for", FRIEND), "waits for you")
      assert.include(yield* command("pending"), second.fingerprint)
      assert.include(yield* command("list"), "1 wait for you")
      yield* command("compare", FRIEND, second.fingerprint.toLowerCase().replaceAll(/(.{4})/g, "$1 "))
      const page = yield* Effect.flatMap(command("show", FRIEND, "--json"), asPage)
      assert.deepStrictEqual([page.key?.fingerprint, page.key?.level], [second.fingerprint, "Fingerprint"])
      assert.strictEqual((yield* store.binding(FRIEND))?.fingerprint, second.fingerprint)
      writeFileSync(path("third.pgp"), third.certificate)
      yield* command("import", path("third.pgp"))
      yield* command("reject", FRIEND, third.fingerprint)
      assert.strictEqual(yield* command("pending"), "Nothing waits for you.")
      assert.include(yield* command("show", FRIEND), "Rejected")
      assert.include(yield* command("accept", FRIEND), second.fingerprint)
      assert.include(yield* fails("compare", FRIEND, "0".repeat(40)), "none with this fingerprint was shown")
      yield* command("export", path("copy.asc"), "--of", FRIEND)
      assert.deepStrictEqual(yield* pgp.dearmor(new Uint8Array(readFileSync(path("copy.asc")))), second.certificate)
      assert.include(yield* fails("export", path("copy.asc")), "copy.asc is there already, and stays as it is")
      assert.include(yield* fails("import", path("none.asc")), "There is no file")
      writeFileSync(path("letter.txt"), "Dear Kim\n")
      assert.include(yield* fails("import", path("letter.txt")), "letter.txt holds no key")
    }).pipe(Effect.scoped))

  it.effect("wishes are kept, for an address and for all", () =>
    Effect.gen(function*() {
      const { command, fails } = yield* make
      assert.strictEqual(yield* command("wish"), "none")
      assert.strictEqual(yield* command("wish", "require", "--to", FRIEND), "require")
      assert.strictEqual(yield* command("wish", "never"), "never")
      const page = yield* Effect.flatMap(command("show", FRIEND, "--json"), asPage)
      assert.deepStrictEqual([page.wish, yield* command("wish")], ["require", "never"])
      assert.strictEqual(yield* command("wish", "none"), "none")
      assert.include(yield* fails("wish", "perhaps"), "prefer, require, never or none")
    }).pipe(Effect.scoped))

  it.effect("one's own is replaced, taken elsewhere, and brought from elsewhere", () =>
    Effect.gen(function*() {
      const { command, path, run } = yield* make
      const pgp = yield* OpenPgp
      const own = Effect.map(Effect.flatMap(command("list", "--json"), asList), ({ own }) => own.fingerprint)
      const before = yield* own
      assert.include(yield* command("replace"), "is your key now")
      const after = yield* own
      assert.notStrictEqual(after, before)
      yield* command("export", path("secret.asc"), "--secret")
      assert.strictEqual(statSync(path("secret.asc")).mode & 0o777, 0o600)
      const secretKey = Redacted.make(yield* pgp.dearmor(new Uint8Array(readFileSync(path("secret.asc")))))
      assert.strictEqual((yield* pgp.inspect(yield* pgp.certificateOf(secretKey))).fingerprint, after)

      const code = /\d{4}(?:-\d{4}){8}/.exec(yield* command("setup", path("setup.eml")))?.[0] ?? ""
      yield* command("replace")
      yield* run(["keys", "adopt", path("setup.eml")], { LEAP_MAIL_SETUP_CODE: code })
      assert.strictEqual(yield* own, after)
      yield* command("replace")
      yield* run(["keys", "adopt", path("secret.asc"), "--older"], { LEAP_MAIL_KEY_PASSPHRASE: "none is needed" })
      assert.notStrictEqual(yield* own, after)
    }).pipe(Effect.scoped))
})
