/** `leap-mail status`, `backup` and `verify`, on an account of a real provider. */
import { assert, layer } from "@effect/vitest"
import { Clock, Effect, Exit, Layer, Option, Redacted, Schema, Scope } from "effect"
import { Command } from "effect/cli"
import * as OutboxSqlite from "../../src/adapters/sqlite/OutboxSqlite.ts"
import * as SqliteClient from "../../src/adapters/sqlite/SqliteClient.ts"
import { SqliteDatabase } from "../../src/adapters/sqlite/SqliteDatabase.ts"
import { account } from "../../src/apps/AccountCommand.ts"
import * as AccountFolder from "../../src/apps/AccountFolder.ts"
import { backup, verify } from "../../src/apps/CareCommand.ts"
import * as Client from "../../src/apps/Client.ts"
import { status } from "../../src/apps/StatusCommand.ts"
import { unlockHere } from "../../src/apps/Unlock.ts"
import { Outbox } from "../../src/ports/Outbox.ts"
import { send } from "../adapters/smtp/SmtpClient.ts"
import { makeFolder, makeProvider, platform, settings } from "./House.ts"
import { printed } from "./Printed.ts"

const leapMail = Command.make("leap-mail").pipe(Command.withSubcommands([account, status, backup, verify]))
const parse = Command.runWith(leapMail, { version: "test", renderErrors: false })

const MIA = "mia@leap.test"
const PASSPHRASE = "a passphrase of hers"

const Sized = Schema.Struct({ size: Schema.Int })
const decodeStatus = Schema.decodeEffect(Schema.fromJsonString(Schema.Struct({
  outgoing: Schema.Array(Schema.Struct({ to: Schema.Array(Schema.String), attempts: Schema.Int, ...Sized.fields })),
  incoming: Schema.NullOr(Schema.Array(Sized)),
  keys: Schema.Array(Schema.Unknown)
})))

/** An account that was created, and its provider in a scope that can be closed. */
const make = Effect.gen(function*() {
  const scope = yield* Scope.fork(yield* Effect.scope)
  const { lmtp, provider } = yield* Scope.provide(makeProvider, scope)
  const folder = yield* makeFolder
  const home = `${folder}/home`
  const run = (...args: ReadonlyArray<string>) =>
    printed(parse(args), { LEAP_MAIL_HOME: home, LEAP_MAIL_PASSPHRASE: PASSPHRASE })
  yield* run("account", "create", MIA, "--provider", `http://${provider.host}:${provider.port}`, "--json")
  const open = Effect.flatMap(
    AccountFolder.choose(home, Option.none()),
    (chosen) => unlockHere(chosen, Redacted.make(PASSPHRASE), true)
  )
  return { close: Scope.close(scope, Exit.void), folder, lmtp, open, run }
})
type Made = Effect.Success<typeof make>

const databaseOf = ({ open }: Made) =>
  Effect.map(
    open,
    ({ folder, secrets }) => SqliteClient.layer({ filename: `${folder}/mail.db`, key: secrets.databaseKey })
  )

const deliver = (port: number) =>
  send({ port, lmtp: true, from: "friend@elsewhere.test", to: [MIA], raw: Buffer.from("Subject: Hi\r\n\r\nHello\r\n") })

layer(platform, { timeout: "1 minute" })("leap-mail status, backup, verify", (it) => {
  it.effect("says what waits, with its provider and without", () =>
    Effect.gen(function*() {
      const made = yield* make
      const { close, lmtp, run } = made
      assert.strictEqual(
        yield* run("status"),
        `${MIA}\nNothing on the way out.\nNothing waiting at the provider.\n` +
          "Nothing of keys waiting for you (`leap-mail keys pending`)."
      )
      yield* deliver(lmtp.port)
      yield* Effect.gen(function*() {
        const outbox = yield* Outbox
        const offeredAt = yield* Clock.currentTimeMillis
        yield* outbox.offer([{ id: "a", from: MIA, to: ["bo@elsewhere.test"], bytes: new Uint8Array(123), offeredAt }])
        yield* outbox.postpone("a", offeredAt + 60_000, ["bo@elsewhere.test"])
      }).pipe(Effect.provide(Layer.provide(OutboxSqlite.layer, yield* databaseOf(made))))
      const { incoming, keys, outgoing } = yield* Effect.flatMap(run("status", "--json"), decodeStatus)
      assert.deepStrictEqual(outgoing, [{ to: ["bo@elsewhere.test"], attempts: 1, size: 123 }])
      assert.deepStrictEqual([incoming?.length, keys.length], [1, 0])
      const text = yield* run("status")
      assert.match(text, /1 on the way out:\n {2}to bo@elsewhere\.test {2}123 octets, since .* tried 1 times, again at/)
      assert.match(text, /1 waiting at the provider:\n {2}\d+ octets, since/)
      assert.include(yield* run("status", "--offline"), "not known: it was not asked")
      yield* close
      assert.match(yield* run("status"), /1 on the way out:[^]*not known: The provider's queue of new mail .*\(/)
    }).pipe(Effect.scoped))

  it.effect("a copy is made while the account is served, and what is damaged in the original is named", () =>
    Effect.gen(function*() {
      const made = yield* make
      const { folder, lmtp, open, run } = made
      yield* deliver(lmtp.port)
      yield* Effect.scoped(Effect.gen(function*() {
        const { accounts: [opened] } = yield* Client.start({ settings, tls: undefined, accounts: [yield* open] })
        yield* opened?.settled ?? Effect.void
        assert.match(yield* run("backup", `${folder}/copy.db`), /copy\.db: \d+ octets, encrypted like the original/)
      }))
      assert.match(String(yield* Effect.flip(run("backup", `${folder}/copy.db`))), /copy\.db/)
      assert.match(yield* run("verify"), /^\d+ messages with \d+ octets were read\.$/)
      yield* Effect.gen(function*() {
        const database = yield* SqliteDatabase
        yield* database.write((db) => db.exec("UPDATE mailbox SET unseen = 7 WHERE name = 'INBOX'"))
      }).pipe(Effect.provide(yield* databaseOf(made)))
      assert.match(String(yield* Effect.flip(run("verify"))), /1 damaged: restore from a backup/)
    }).pipe(Effect.scoped))
})
