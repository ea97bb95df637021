/** `leap-mail account password`, on an account of a real provider. */
import { assert, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Command } from "effect/cli"
import { account } from "../../src/apps/AccountCommand.ts"
import * as AccountFolder from "../../src/apps/AccountFolder.ts"
import * as Home from "../../src/apps/Home.ts"
import { signOut } from "../../src/apps/Unlock.ts"
import { Address } from "../../src/domain/account/Address.ts"
import { makeFolder, makeProvider, platform } from "./House.ts"
import { printed } from "./Printed.ts"

const parse = Command.runWith(Command.make("leap-mail").pipe(Command.withSubcommands([account])), {
  version: "test",
  renderErrors: false
})

const decodeMade = Schema.decodeEffect(Schema.fromJsonString(Schema.Struct({ password: Schema.String })))
const mia = Address.make("mia@leap.test")
const demo = Address.make("alice@leap.test")

layer(platform, { timeout: "1 minute" })("leap-mail account password", (it) => {
  it.effect("shows what mail programs log in with, to who knows the account's, until the device is logged out", () =>
    Effect.gen(function*() {
      const { provider } = yield* makeProvider
      const home = `${yield* makeFolder}/home`
      const run = (args: ReadonlyArray<string>, passphrase = "a passphrase of hers") =>
        printed(parse(["account", ...args]), { LEAP_MAIL_HOME: home, LEAP_MAIL_PASSPHRASE: passphrase })
      const url = `http://${provider.host}:${provider.port}`
      const made = yield* decodeMade(yield* run(["create", mia, "--provider", url, "--json"]))
      assert.strictEqual(yield* run(["password"]), made.password)
      assert.strictEqual(yield* run(["password", "--json"]), JSON.stringify({ address: mia, password: made.password }))
      const wrong = yield* Effect.flip(run(["password"], "another"))
      assert.notInclude(String(wrong), made.password)
      const folder = yield* AccountFolder.pathOf(home, mia)
      yield* signOut(folder)
      assert.include(String(yield* Effect.flip(run(["password"]))), "this device is logged out")
      const facts = yield* AccountFolder.read(folder)
      assert.isDefined(facts)
      yield* AccountFolder.write(yield* AccountFolder.pathOf(home, demo), { ...facts, address: demo, isDemo: true })
      const ofDemo = yield* Effect.flip(run(["password", "--account", demo]))
      assert.include(String(ofDemo), "alice@leap.test is the quickstart's")
    }))

  it.effect("tells what a newer version wrote from what is damaged", () =>
    Effect.gen(function*() {
      const home = `${yield* makeFolder}/home`
      const folder = yield* AccountFolder.pathOf(home, mia)
      const says = Effect.fnUntraced(function*(file: string, text: string) {
        yield* Home.write(`${folder}/${file}`, text)
        const run = printed(parse(["account", "password"]), { LEAP_MAIL_HOME: home, LEAP_MAIL_PASSPHRASE: "hers" })
        return String(yield* Effect.flip(run))
      })
      assert.include(yield* says("account.json", `{"version":9}`), "written by a newer leap-mail (version 9)")
      assert.include(yield* says("account.json", `{"version":1}`), "is damaged")
      assert.include(yield* says("account.json", "{"), "is damaged")
    }))
})
