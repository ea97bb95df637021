import { NodeServices } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { ConfigProvider, Effect, FileSystem, Logger, Queue, Redacted, SubscriptionRef } from "effect"
import { TestClock } from "effect/testing"
import { setImmediate } from "node:timers/promises"
import { make } from "../../src/adapters/x509/SelfSigned.ts"
import * as CertificateCommand from "../../src/apps/CertificateCommand.ts"
import * as Settings from "../../src/apps/Settings.ts"
import * as Tls from "../../src/apps/Tls.ts"
import type { Tls as Followed } from "../../src/ports/Tls.ts"

const own = make(["mail.test"], 0)
const other = make(["mail.test"], 0)

const within = (env: Record<string, string>) =>
  Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env }))

const forClient = (env: Record<string, string>) => Effect.flatMap(Settings.load(), Tls.loadForClient).pipe(within(env))

/** A folder with a certificate in `tls`, as `leap-mail certificate` leaves it. */
const makeHome = Effect.fnUntraced(function*({ cert, key }: { readonly cert: string; readonly key: string }) {
  const fs = yield* FileSystem.FileSystem
  const home = yield* fs.makeTempDirectoryScoped()
  const files = yield* Tls.madeFiles(home)
  yield* fs.makeDirectory(`${home}/tls`)
  yield* fs.writeFileString(files.key, key)
  yield* fs.writeFileString(files.cert, cert)
  return { home, ...files }
})

const shown = (tls: Followed | undefined): string | undefined =>
  tls === undefined ? undefined : SubscriptionRef.getUnsafe(tls).cert

const key = Redacted.value(own.key)

layer(NodeServices.layer)("Tls", (it) => {
  it.effect("on loopback there need be none", () =>
    Effect.gen(function*() {
      for (const host of ["127.0.0.1", "127.3.2.1", "::1", "localhost"]) {
        assert.isUndefined(yield* forClient({ LEAP_MAIL_HOME: "/nowhere", LEAP_MAIL_HOST: host }))
      }
    }))

  it.effect("elsewhere nothing is opened without it, and one sentence says what to do", () =>
    Effect.gen(function*() {
      for (const host of ["0.0.0.0", "::", "192.168.1.5", "mail.test", "127.0.0.1.evil.test"]) {
        const error = yield* Effect.flip(forClient({ LEAP_MAIL_HOME: "/nowhere", LEAP_MAIL_HOST: host }))
        assert.strictEqual(
          error.message,
          `Port 1984 on ${host} would show mail and passwords to the network: make a certificate with ` +
            "`leap-mail certificate`, set LEAP_MAIL_TLS_KEY and LEAP_MAIL_TLS_CERT, or set LEAP_MAIL_HOST to 127.0.0.1"
        )
      }
    }))

  it.effect("is what the settings name, before what was made in the home", () =>
    Effect.gen(function*() {
      const made = yield* makeHome({ key, cert: own.cert })
      const env = { LEAP_MAIL_HOME: made.home, LEAP_MAIL_HOST: "0.0.0.0" }
      assert.deepStrictEqual(shown(yield* forClient(env)), own.cert)
      const named = yield* makeHome({ key: Redacted.value(other.key), cert: other.cert })
      const tls = yield* forClient({ ...env, LEAP_MAIL_TLS_KEY: named.key, LEAP_MAIL_TLS_CERT: named.cert })
      assert.strictEqual(shown(tls), other.cert)
      assert.notInclude(JSON.stringify(tls), "PRIVATE")
    }))

  it.effect("is refused where it could not work, and why is said", () =>
    Effect.gen(function*() {
      const said = Effect.fnUntraced(function*(files: { readonly cert: string; readonly key: string }) {
        const { home } = yield* makeHome(files)
        return (yield* Effect.flip(forClient({ LEAP_MAIL_HOME: home }))).message.replaceAll(home, "")
      })
      assert.strictEqual(
        yield* said({ key: Redacted.value(other.key), cert: own.cert }),
        "The key in /tls/key.pem is not that of the certificate in /tls/cert.pem."
      )
      assert.strictEqual(yield* said({ key, cert: "C" }), "/tls/cert.pem holds no certificate in PEM.")
      assert.strictEqual(
        yield* said({ key: "K", cert: own.cert }),
        "/tls/key.pem holds no private key without a passphrase in PEM."
      )
      const missing = { LEAP_MAIL_TLS_KEY: "/nowhere/key", LEAP_MAIL_TLS_CERT: "/nowhere/cert" }
      assert.include((yield* Effect.flip(forClient(missing))).message, "/nowhere/key")
      const half = yield* Effect.flip(forClient({ LEAP_MAIL_TLS_CERT: "/nowhere/cert" }))
      assert.include(half.message, "LEAP_MAIL_TLS_KEY and LEAP_MAIL_TLS_CERT are set together")
    }))

  it.effect("is made once, and made anew only if that is said", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const env = { LEAP_MAIL_HOME: yield* fs.makeTempDirectoryScoped(), LEAP_MAIL_HOST: "0.0.0.0" }
      const make = (hosts: ReadonlyArray<string>, replace = false) =>
        CertificateCommand.make(hosts, replace).pipe(within(env))
      const { hosts } = yield* make(["mail.test", "10.0.0.7"])
      assert.deepStrictEqual(hosts, ["mail.test", "10.0.0.7", "localhost", "127.0.0.1", "::1"])
      const first = yield* forClient(env)
      assert.include((yield* Effect.flip(make(["mail.test"]))).message, "--replace makes another")
      yield* make([], true)
      assert.notStrictEqual(shown(yield* forClient(env)), shown(first))
      for (const wrong of ["not a name", "-a.test", "a..test", "1.2.3.4/24", "*"]) {
        assert.include((yield* Effect.flip(make([wrong], true))).message, "neither a host name nor an address")
      }
    }))

  it.effect("renewed on the disk, it is taken within a minute; what could not work is told once, and not taken", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const said = yield* Queue.unbounded<string>()
      const logger = Logger.make<unknown, void>(({ logLevel, message }) => {
        Queue.offerUnsafe(said, `${logLevel} ${String(message)}`)
      })
      yield* Effect.gen(function*() {
        const files = yield* makeHome({ key, cert: own.cert })
        const tls = yield* forClient({ LEAP_MAIL_HOME: files.home })
        const minute = Effect.andThen(TestClock.adjust("1 minute"), Effect.promise(() => setImmediate()))
        const next = Effect.map(
          Effect.raceFirst(Queue.take(said), Effect.forever(minute)),
          (line) => line.replaceAll(files.home, "")
        )
        // As certbot writes: one file after the other.
        yield* fs.writeFileString(files.cert, other.cert)
        assert.strictEqual(
          yield* next,
          "Error The key in /tls/key.pem is not that of the certificate in /tls/cert.pem. " +
            "The certificate read before is still the one in use"
        )
        assert.strictEqual(shown(tls), own.cert)
        yield* Effect.repeat(minute, { times: 20 })
        yield* fs.writeFileString(`${files.key}.new`, Redacted.value(other.key))
        yield* fs.rename(`${files.key}.new`, files.key)
        assert.match(yield* next, /^Info The certificate in \/tls\/cert\.pem was renewed; it is good until .+$/)
        assert.strictEqual(shown(tls), other.cert)

        const broken = `${own.cert}-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n`
        const ready = yield* makeHome({ key, cert: broken })
        const error = yield* Effect.flip(forClient({ LEAP_MAIL_HOME: ready.home }))
        assert.include(error.message, "TLS cannot be spoken with")
        yield* fs.remove(files.cert)
        assert.match(yield* next, /^Error \/tls\/cert\.pem cannot be read: /)
        yield* Effect.repeat(minute, { times: 20 })
        assert.strictEqual(shown(tls), other.cert)
        yield* fs.writeFileString(files.key, key)
        yield* fs.writeFileString(files.cert, own.cert)
        assert.match(yield* next, /^Info /)
        assert.strictEqual(shown(tls), own.cert)
      }).pipe(Effect.provide(Logger.layer([logger])))
    }))

  it.effect("that is over is used, with a warning: the person sees it in the mail program as well", () =>
    Effect.gen(function*() {
      const { home } = yield* makeHome({ key, cert: own.cert })
      yield* TestClock.adjust("900 days")
      assert.strictEqual(shown(yield* forClient({ LEAP_MAIL_HOME: home })), own.cert)
    }))
})
