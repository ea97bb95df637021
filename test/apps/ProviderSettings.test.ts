import { NodeServices } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { ConfigProvider, Effect, Option, Redacted } from "effect"
import * as ProviderSettings from "../../src/apps/ProviderSettings.ts"

const load = (env: Record<string, string>, given: Partial<ProviderSettings.Given> = {}) =>
  Effect.provideService(
    ProviderSettings.load({ store: Option.none(), domains: [], ...given }),
    ConfigProvider.ConfigProvider,
    ConfigProvider.fromEnv({ env })
  )

layer(NodeServices.layer)("ProviderSettings", (it) => {
  it.effect("the command line goes before the environment", () =>
    Effect.gen(function*() {
      const env = { LEAP_MAIL_DOMAINS: "One.test, two.test", LEAP_MAIL_HOME: "/tmp/h" }
      const { domains, name, registration, store } = yield* load(env)
      assert.deepStrictEqual(domains, ["one.test", "two.test"])
      assert.strictEqual(name, "one.test")
      assert.strictEqual(registration, "invite")
      assert.deepStrictEqual(store, { _tag: "Sqlite", filename: "/tmp/h/provider/store.db" })
      const given = yield* load(env, { domains: ["three.test"], store: Option.some("/var/lib/mail.db") })
      assert.deepStrictEqual(given.domains, ["three.test"])
      assert.deepStrictEqual(given.store, { _tag: "Sqlite", filename: "/var/lib/mail.db" })
    }))

  it.effect("a store's password is in no log", () =>
    Effect.gen(function*() {
      const { store } = yield* load({
        LEAP_MAIL_DOMAINS: "a.test",
        LEAP_MAIL_STORE: "postgres://me:secret@db:5433/mail"
      })
      assert.isTrue(store._tag === "Postgres" && Redacted.value(store.url).includes("secret"))
      assert.notInclude(JSON.stringify(store), "secret")
      assert.strictEqual(ProviderSettings.nameStore(store), "postgres://db:5433/mail")
    }))

  it.effect("what is missing or wrong is said in a sentence", () =>
    Effect.gen(function*() {
      const said = (env: Record<string, string>) => Effect.map(Effect.flip(load(env)), ({ message }) => message)
      assert.include(yield* said({}), "--domain example.org")
      assert.include(yield* said({ LEAP_MAIL_DOMAINS: "a b" }), "LEAP_MAIL_DOMAINS")
      assert.include(yield* said({ LEAP_MAIL_DOMAINS: "a.test", LEAP_MAIL_REGISTRATION: "closed" }), "open or invite")
      assert.include(yield* said({ LEAP_MAIL_DOMAINS: "a.test", LEAP_MAIL_TLS_KEY: "/x" }), "LEAP_MAIL_TLS_CERT")
      const tls = { LEAP_MAIL_TLS_KEY: "/nowhere/key", LEAP_MAIL_TLS_CERT: "/nowhere/cert" }
      assert.include(yield* said({ LEAP_MAIL_DOMAINS: "a.test", ...tls }), "/nowhere/key")
    }))
})
