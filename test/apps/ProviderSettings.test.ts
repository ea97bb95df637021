import { NodeServices } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { ConfigProvider, Effect, FileSystem, Option, Redacted } from "effect"
import { generateKeyPairSync, type KeyObject } from "node:crypto"
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

  it.effect("mail leaves by one way, or waits", () =>
    Effect.gen(function*() {
      const domains = { LEAP_MAIL_DOMAINS: "a.test" }
      const route = (env: Record<string, string>) => Effect.map(load({ ...domains, ...env }), ({ route }) => route)
      const said = (env: Record<string, string>) => Effect.map(Effect.flip(route(env)), ({ message }) => message)
      assert.deepStrictEqual(yield* route({}), { _tag: "None" })
      assert.deepStrictEqual(yield* route({ LEAP_MAIL_RELAY: "mx" }), { _tag: "Mx" })
      const smarthost = { LEAP_MAIL_SMARTHOST: "mail.test:587" }
      const login = { LEAP_MAIL_SMARTHOST_USER: "me", LEAP_MAIL_SMARTHOST_PASSWORD: "secret" }
      const through = yield* route({ ...smarthost, ...login })
      assert.isTrue(through._tag === "Smarthost" && through.host === "mail.test" && through.auth?.user === "me")
      assert.notInclude(JSON.stringify(through), "secret")
      const pin = `sha256//${"A".repeat(43)}=`
      const pinned = yield* route({ ...smarthost, LEAP_MAIL_SMARTHOST_PIN: pin })
      assert.isTrue(pinned._tag === "Smarthost" && pinned.pin === pin)
      assert.include(
        yield* said({ ...smarthost, LEAP_MAIL_SMARTHOST_PIN: "AB" }),
        "LEAP_MAIL_SMARTHOST_PIN: the pin is not"
      )
      assert.include(yield* said({ ...smarthost, LEAP_MAIL_RELAY: "mx" }), "two ways out")
      assert.include(yield* said({ LEAP_MAIL_RELAY: "pigeon" }), "it is mx or not set")
      assert.include(yield* said({ ...smarthost, LEAP_MAIL_SMARTHOST_USER: "me" }), "set together")
    }))

  it.effect("a key for DKIM is looked at before it is needed", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* fs.makeTempDirectoryScoped()
      const file = `${folder}/dkim.pem`
      const env = { LEAP_MAIL_DOMAINS: "a.test", LEAP_MAIL_DKIM_KEY: file }
      const said = Effect.map(Effect.flip(load(env)), ({ message }) => message)
      assert.include(yield* said, "cannot be read")
      yield* fs.writeFileString(file, "no key")
      assert.include(yield* said, "no private key in PEM")
      const pem = (key: KeyObject) => key.export({ format: "pem", type: "pkcs8" }).toString()
      yield* fs.writeFileString(file, pem(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey))
      assert.include(yield* said, "DKIM has RSA and Ed25519")
      yield* fs.writeFileString(file, pem(generateKeyPairSync("ed25519").privateKey))
      const { dkim } = yield* load({ ...env, LEAP_MAIL_DKIM_SELECTOR: "s1" })
      assert.strictEqual(dkim?.selector, "s1")
      assert.notInclude(JSON.stringify(dkim), "PRIVATE")
    }))
})
