/** All that a provider keeps and all that passes it, searched for what is none of its business. */
import { assert, layer } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { createHash } from "node:crypto"
import { ACCOUNT_TABLES } from "../../src/adapters/sql/ProviderSchema.ts"
import * as SqliteClient from "../../src/adapters/sqlite/SqliteClient.ts"
import * as Accounts from "../../src/apps/ProviderAccounts.ts"
import { Address } from "../../src/domain/account/Address.ts"
import { INBOX } from "../../src/domain/mailbox/Mailbox.ts"
import * as UidSet from "../../src/domain/mailbox/UidSet.ts"
import { send } from "../adapters/smtp/SmtpClient.ts"
import { holds, makeCanary } from "../e2e/Canary.ts"
import { compose, write } from "../e2e/Letter.ts"
import { connect, open } from "../e2e/MailReader.ts"
import { eventually } from "../Eventually.ts"
import { makeStore } from "../ports/ProviderPorts.ts"
import { sqliteAt } from "../ports/Stores.ts"
import { makeFolder, makeProvider, openDevice, PASSWORD, platform } from "./House.ts"
import { tap } from "./Wiretap.ts"

/** Every cell of every table, as octets. */
const dump = Effect.fnUntraced(function*(filename: string) {
  return yield* Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const tables = yield* sql<{ readonly name: string }>`SELECT name FROM sqlite_schema WHERE type = 'table'`
    const cells: Array<readonly [table: string, cell: Uint8Array]> = []
    for (const { name } of tables) {
      for (const row of yield* sql`SELECT * FROM ${sql(name)}`) {
        for (const cell of Object.values(row)) {
          cells.push([name, cell instanceof Uint8Array ? cell : new TextEncoder().encode(String(cell))])
        }
      }
    }
    return cells
  }).pipe(Effect.provide(SqliteClient.layer({ filename })))
})

/** Whose rows there are. */
const accountsIn = (filename: string) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const found: Array<number> = []
    for (const table of [...ACCOUNT_TABLES, "blob_bytes"]) {
      const rows = yield* sql<{ readonly account: number }>`SELECT DISTINCT account FROM ${sql(table)}`
      found.push(...rows.map(({ account }) => account))
    }
    return found
  }).pipe(Effect.provide(SqliteClient.layer({ filename })))

const hashes = (bytes: Uint8Array): ReadonlyArray<readonly [string, Uint8Array]> =>
  ["md5", "sha1", "sha256", "sha512"].map((name) => [`${name} of it`, createHash(name).update(bytes).digest()])

layer(platform, { excludeTestServices: true, timeout: "60 seconds" })("what the provider sees", (it) => {
  it.effect("of a person's mail on two devices: no text, name, flag, hash or correspondent", () =>
    Effect.gen(function*() {
      const { folder, lmtp, provider, submission } = yield* makeProvider
      const [provided, submitted] = [yield* tap(provider), yield* tap(submission)]
      const endpoints = { provider: provided.endpoint, submission: submitted.endpoint }
      const anna = yield* openDevice(endpoints, yield* makeFolder, "anna")
      const bea = yield* openDevice(endpoints, yield* makeFolder, "bea")

      // From the world, to one of several.
      const [friend, other, answers] = [makeCanary(), makeCanary(), makeCanary()].map((name) =>
        `${name}@elsewhere.test`
      )
      const attachment = Buffer.from(makeCanary().repeat(20))
      const letter = yield* write(`Friend <${friend}>`, "anna@leap.test")
      const many = yield* compose({
        from: `Friend <${friend}>`,
        to: ["anna@leap.test", other ?? ""],
        replyTo: answers,
        subject: makeCanary(),
        text: makeCanary(),
        attachments: [{ filename: `${makeCanary()}.bin`, content: attachment }]
      })
      for (const raw of [letter.bytes, many]) {
        yield* send({ port: lmtp.port, lmtp: true, from: friend ?? "", to: ["anna@leap.test"], raw })
      }

      // Filed and marked on one device.
      const [mailbox, keyword, draft] = [makeCanary(), makeCanary(), makeCanary()]
      const client = yield* connect(anna.imap, anna.login)
      const inbox = yield* open(anna.imap, anna.login)
      yield* inbox.until((mail) => mail.length === 2)
      yield* Effect.tryPromise(async () => {
        await client.mailboxCreate(mailbox)
        await client.append("Drafts", `Subject: ${draft}\r\n\r\n${draft}\r\n`, ["\\Flagged", keyword])
        await client.mailboxOpen("INBOX")
        await client.messageFlagsAdd("1", ["\\Flagged", keyword])
        await client.messageMove("2", mailbox)
      })

      // Sent to somebody with a key.
      const note = yield* write("anna@leap.test", "bea@leap.test")
      yield* send({
        port: anna.smtp.port,
        from: "anna@leap.test",
        to: ["bea@leap.test"],
        raw: note.bytes,
        auth: { user: "anna@leap.test", pass: PASSWORD }
      })
      const received = yield* open(bea.imap, bea.login)
      const [read] = yield* received.until((mail) => mail.some(({ bytes }) => holds(bytes, note.subject)))
      assert.isTrue(note.canaries.every((canary) => holds(read?.bytes ?? new Uint8Array(), canary)))

      // All of it on another device: so it has been at the provider.
      const second = yield* openDevice(endpoints, yield* makeFolder, "anna")
      const counts = Effect.gen(function*() {
        const all = yield* second.store.mailboxes
        const found = all.filter(({ name }) => [INBOX, "Drafts", mailbox].includes(name))
        return yield* Effect.forEach(
          found,
          ({ id }) => Stream.runCount(second.store.fetch(id, UidSet.all, { bytes: true }))
        )
      })
      yield* eventually(second.store, counts, (all) => all.join() === "1,1,1")

      const secrets: ReadonlyArray<readonly [string, string | Uint8Array]> = [
        ...[...letter.canaries, ...note.canaries, draft].map((canary) => ["a text", canary] as const),
        ["a mailbox's name", mailbox],
        ["a keyword", keyword],
        ["a flag", "\\Flagged"],
        ...[friend, other, answers].map((address) => ["a correspondent", address ?? ""] as const),
        ["an attachment", attachment],
        ...[attachment, letter.bytes, many, note.bytes].flatMap(hashes),
        ["the password", PASSWORD]
      ]
      const cells = yield* dump(`${folder}/store.db`)
      const lines = [yield* provided.heard, yield* submitted.heard]
      const seen = secrets.flatMap(([what, secret]) => [
        ...cells.filter(([, cell]) => holds(cell, secret)).map(([table]) => `${what} in ${table}`),
        ...lines.filter((line) => holds(line, secret)).map(() => `${what} on the line`)
      ])
      assert.deepStrictEqual(seen, [])

      // So the search finds what is there.
      const tables = new Set(cells.filter(([, cell]) => cell.length > 0).map(([table]) => table))
      for (const table of ["account", "credential", "session", "document", "blob_bytes"]) {
        assert.isTrue(tables.has(table))
      }
      assert.include(cells.filter(([, cell]) => holds(cell, "anna@leap.test")).map(([table]) => table), "account")
      assert.isTrue(lines.every((line) => holds(line, "anna@leap.test")))
      assert.isTrue(holds(lines[1] ?? new Uint8Array(), "bea@leap.test"), "an envelope")

      // Her account goes, while the provider runs: of her nothing stays but the address that nobody else may have.
      const store = yield* makeStore(sqliteAt(`${folder}/store.db`))
      yield* Effect.provideContext(Accounts.remove("anna@leap.test"), store.context)
      const after = yield* dump(`${folder}/store.db`)
      const ofAnna = after.filter(([, cell]) => holds(cell, "anna@leap.test")).map(([table]) => table)
      assert.deepStrictEqual(ofAnna, ["retired"])
      const ofBea = yield* store.findAccount(Address.make("bea@leap.test"))
      const rows = yield* accountsIn(`${folder}/store.db`)
      assert.deepStrictEqual(rows.filter((id) => id !== ofBea?.id), [])
    }))
})
