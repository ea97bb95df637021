/** One client at its provider: what others could see of it, on the wire and on the disks. */
import { assert, layer } from "@effect/vitest"
import { Context, Effect, FileSystem, Layer, Redacted } from "effect"
import * as SqliteClient from "../../src/adapters/sqlite/SqliteClient.ts"
import { Address } from "../../src/domain/account/Address.ts"
import { packetTags } from "../../src/domain/keys/PacketTags.ts"
import * as KeySlots from "../../src/domain/vault/KeySlots.ts"
import { KeyStore } from "../../src/ports/KeyStore.ts"
import { send } from "../adapters/smtp/SmtpClient.ts"
import { valuesOf } from "../domain/Correspondents.ts"
import { filesWith, holds } from "../e2e/Canary.ts"
import { write } from "../e2e/Letter.ts"
import { open } from "../e2e/MailReader.ts"
import { makeStore } from "../ports/ProviderPorts.ts"
import * as Stores from "../ports/Stores.ts"
import { makeFolder, makeProvider, openDevice, PASSWORD, platform } from "./House.ts"
import { tap } from "./Wiretap.ts"

class Provider extends Context.Service<Provider, Effect.Success<typeof makeProvider>>()(
  "leap-mail/test/apps/Provider"
) {}

const provider = Layer.effect(Provider, makeProvider).pipe(Layer.provideMerge(platform))

const openDatabase = (filename: string, key?: Uint8Array) =>
  Effect.scoped(
    Layer.build(SqliteClient.layer(key === undefined ? { filename } : { filename, key: Redacted.make(key) }))
  )

layer(provider, { excludeTestServices: true, timeout: "30 seconds" })("a client at its provider", (it) => {
  it.effect("sends mail for another account as ciphertext only", () =>
    Effect.gen(function*() {
      const { provider, submission } = yield* Provider
      const [provided, submitted] = [yield* tap(provider), yield* tap(submission)]
      const endpoints = { provider: provided.endpoint, submission: submitted.endpoint }
      const anna = yield* openDevice(endpoints, yield* makeFolder, "anna")
      const ben = yield* openDevice(endpoints, yield* makeFolder, "ben")
      const letter = yield* write("anna@leap.test", "ben@leap.test")
      const auth = { user: "anna@leap.test", pass: PASSWORD }
      yield* send({ port: anna.smtp.port, from: "anna@leap.test", to: ["ben@leap.test"], raw: letter.bytes, auth })
      const inbox = yield* open(ben.imap, ben.login)
      const [mail] = yield* inbox.until(({ length }) => length > 0)
      const bytes = mail?.bytes ?? new Uint8Array()
      assert.isTrue(letter.canaries.every((canary) => holds(bytes, canary)))
      assert.deepStrictEqual(valuesOf(bytes, "X-Leap-Encryption"), ["decrypted"])
      const wire = yield* submitted.heard
      assert.isTrue(wire.includes("RCPT TO:<ben@leap.test>") && wire.includes("-----BEGIN PGP MESSAGE-----"))
      for (const heard of [wire, yield* provided.heard]) {
        assert.isFalse(letter.canaries.some((canary) => holds(heard, canary)))
        assert.isFalse(holds(heard, PASSWORD))
      }
    }))

  it.effect("is away: its mail waits encrypted to its key, and is there when it is back", () =>
    Effect.gen(function*() {
      const { folder, lmtp, ...endpoints } = yield* Provider
      const home = yield* makeFolder
      yield* Effect.scoped(openDevice(endpoints, home, "carl"))
      const letter = yield* write("friend@elsewhere.test", "carl@leap.test")
      yield* send({
        port: lmtp.port,
        lmtp: true,
        from: "friend@elsewhere.test",
        to: ["carl@leap.test"],
        raw: letter.bytes
      })

      assert.deepStrictEqual(filesWith(folder, letter.canaries), [])
      const waiting = yield* Effect.scoped(Effect.gen(function*() {
        const store = yield* makeStore(Stores.sqliteAt(`${folder}/store.db`))
        const account = yield* store.findAccount(Address.make("carl@leap.test"))
        const [item] = yield* store.incoming(account?.id ?? 0, 10)
        return yield* store.fetchIncoming(account?.id ?? 0, item?.id ?? "")
      }))
      // RFC 9580 §5.1, §5.13: a session key for one recipient, and data with integrity protection.
      assert.deepStrictEqual(packetTags(waiting ?? new Uint8Array()), [1, 18])

      const carl = yield* openDevice(endpoints, home, "carl")
      const inbox = yield* open(carl.imap, carl.login)
      const [mail] = yield* inbox.until(({ length }) => length > 0)
      assert.isTrue(holds(mail?.bytes ?? new Uint8Array(), letter.subject))
    }))

  it.effect("keeps nothing that opens without the password", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const endpoints = yield* Provider
      const home = yield* makeFolder
      const letter = yield* write("friend@elsewhere.test", "dora@leap.test")
      const slots = yield* Effect.scoped(Effect.gen(function*() {
        const dora = yield* openDevice(endpoints, home, "dora")
        const { port } = endpoints.mx
        yield* send({ port, from: "friend@elsewhere.test", to: ["dora@leap.test"], raw: letter.bytes })
        const inbox = yield* open(dora.imap, dora.login)
        yield* inbox.until(({ length }) => length > 0)
        yield* Effect.tryPromise(() => inbox.client.mailboxCreate("Verschwiegenes"))
        const { databaseKey, root } = yield* KeySlots.open(dora.slots, Redacted.make(PASSWORD))
        const own = yield* Context.get(dora.services, KeyStore).own
        const secrets = [
          Redacted.value(root),
          Redacted.value(databaseKey),
          PASSWORD,
          "Verschwiegenes",
          ...letter.canaries
        ]
        const secretKeys = own?.secretKeys.map((key) => Redacted.value(key)) ?? []
        assert.strictEqual(secretKeys.length, 1)
        for (const folder of [home, endpoints.folder]) {
          assert.deepStrictEqual(filesWith(folder, [...secrets, ...secretKeys]), [], "while it runs")
        }
        return { databaseKey, secrets, secretKeys }
      }))
      for (const folder of [home, endpoints.folder]) {
        assert.deepStrictEqual(filesWith(folder, [...slots.secrets, ...slots.secretKeys]), [], "after it stopped")
      }

      const filename = `${home}/mail.db`
      assert.notInclude(new TextDecoder().decode(yield* fs.readFile(filename)), "SQLite format 3")
      for (const key of [undefined, new Uint8Array(32).fill(1)]) {
        const { message } = yield* Effect.flip(openDatabase(filename, key))
        assert.include(message, "The key does not fit this file")
      }
      yield* openDatabase(filename, Redacted.value(slots.databaseKey))
    }))

  it.effect("is refused with a wrong password, by its own files and by the provider", () =>
    Effect.gen(function*() {
      const endpoints = yield* Provider
      const home = yield* makeFolder
      yield* Effect.scoped(openDevice(endpoints, home, "emil"))
      const here = yield* Effect.flip(openDevice(endpoints, home, "emil", "wrong"))
      assert.strictEqual(
        here.message,
        "The password does not open emil@leap.test on this device: set LEAP_MAIL_PASSWORD to the one it was made with"
      )
      const elsewhere = yield* Effect.flip(openDevice(endpoints, yield* makeFolder, "emil", "wrong"))
      assert.include(elsewhere.message, "knows no account with this address and password")
    }))
})
