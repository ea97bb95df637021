import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, layer } from "@effect/vitest"
import { ConfigProvider, Effect, FileSystem, Layer } from "effect"
import { Command } from "effect/cli"
import { TestConsole } from "effect/testing"
import * as NodeCrypto from "../../src/adapters/node-crypto/NodeCrypto.ts"
import * as OpenPgpJs from "../../src/adapters/openpgp/OpenPgpJs.ts"
import { provider } from "../../src/apps/ProviderCommand.ts"
import { Address } from "../../src/domain/account/Address.ts"
import { publish } from "../../src/domain/keys/Publish.ts"
import { OpenPgp } from "../../src/ports/OpenPgp.ts"
import { textOf, valuesOf } from "../domain/Correspondents.ts"
import { makeAccount, makeStore } from "../ports/ProviderPorts.ts"
import { sqliteAt } from "../ports/Stores.ts"

const platform = Layer.mergeAll(NodeServices.layer, NodeHttpClient.layerNodeHttp, NodeCrypto.layer, OpenPgpJs.layer)

const run = Command.runWith(provider, { version: "test", renderErrors: false })

/** A store on disk with one account and its key. */
const makeProvider = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const pgp = yield* OpenPgp
  const folder = yield* fs.makeTempDirectoryScoped()
  const store = `${folder}/store.db`
  const address = Address.make("ann@leap.test")
  const key = yield* pgp.generate({ name: "Ann", email: address }, { expiresInSeconds: undefined })
  const open = makeStore(sqliteAt(store))
  yield* Effect.scoped(Effect.gen(function*() {
    const ports = yield* open
    const account = yield* makeAccount(ports, address)
    yield* publish(account, key.certificate).pipe(Effect.provideContext(ports.context))
  }))
  const spool = `${folder}/spool`
  for (const part of ["new", "cur", "tmp"]) yield* fs.makeDirectory(`${spool}/${part}`, { recursive: true })
  const commandAt = (store: string, ...args: ReadonlyArray<string>) =>
    Effect.provideService(
      run(["--store", store, ...args]),
      ConfigProvider.ConfigProvider,
      ConfigProvider.fromEnv({ env: { LEAP_MAIL_HOME: folder, LEAP_MAIL_CHECK_SENDERS: "false" } })
    )
  const command = (...args: ReadonlyArray<string>) => commandAt(store, ...args)
  /** All that waits for Ann, as she reads it. */
  const read = Effect.scoped(Effect.gen(function*() {
    const { fetchIncoming, findAccount, incoming } = yield* open
    const account = yield* findAccount(address)
    if (account === undefined) return []
    return yield* Effect.forEach(yield* incoming(account.id, 10), ({ id }) =>
      Effect.gen(function*() {
        const data = (yield* fetchIncoming(account.id, id)) ?? new Uint8Array()
        return (yield* pgp.decrypt({ data, secretKeys: [key.secretKey], verifyWith: [] })).data
      }))
  }))
  return {
    command,
    commandAt,
    folder,
    read,
    spool,
    write: (name: string, text: string) => fs.writeFileString(`${spool}/${name}`, text)
  }
})

layer(platform)("ProviderCommand", (it) => {
  it.effect("ingest takes what a maildir holds, leaves what is nobody's, and counts both", () =>
    Effect.gen(function*() {
      const { command, read, spool, write } = yield* makeProvider
      yield* write("new/1", "Delivered-To: Ann+shop@leap.test\nSubject: one\n\nfirst\n")
      yield* write("new/2", "Delivered-To: nobody@leap.test\nSubject: two\n\nsecond\n")
      yield* command("--json", "ingest", "--domain", "leap.test", spool)
      assert.strictEqual((yield* TestConsole.logLines).at(-1), `{"taken":1,"left":1}`)
      const [mail = new Uint8Array(), ...others] = yield* read
      assert.deepStrictEqual(others, [])
      assert.include(valuesOf(mail, "X-Leap-Provenance").join(), `received-by="leap.test"; encrypted-at-arrival="yes"`)
      assert.isTrue(textOf(mail).endsWith("\r\nSubject: one\r\n\r\nfirst\r\n"))
      yield* command("ingest", "--domain", "leap.test", "--to", "ann@leap.test", spool)
      assert.strictEqual((yield* TestConsole.logLines).at(-1), "1 messages taken, 0 left.")
      assert.lengthOf(yield* read, 2)
    }))

  it.effect("makes no store where none is, and no invitation that opens nothing", () =>
    Effect.gen(function*() {
      const { command, commandAt, folder } = yield* makeProvider
      const fs = yield* FileSystem.FileSystem
      const elsewhere = `${folder}/mistyped/store.db`
      const error = yield* Effect.flip(commandAt(elsewhere, "account", "add", "ben@leap.test"))
      assert.include(String(error), `There is no store ${elsewhere} yet`)
      assert.isFalse(yield* fs.exists(`${folder}/mistyped`))
      for (
        const args of [["invite", "--uses", "0"], ["invite", "--days", "-1"], [
          "account",
          "add",
          "ben@leap.test",
          "--days",
          "0"
        ]]
      ) {
        yield* Effect.flip(command(...args))
      }
      assert.notInclude((yield* TestConsole.logLines).join("\n"), "Invitation")
    }))

  it.effect("ingest says what is wrong with the folder", () =>
    Effect.gen(function*() {
      const { command } = yield* makeProvider
      const error = yield* Effect.flip(command("ingest", "--domain", "leap.test", "/nowhere"))
      assert.include(String(error), "/nowhere is no maildir")
    }))
})
