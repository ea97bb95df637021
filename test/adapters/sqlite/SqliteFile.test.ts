/** A stolen file: who has no key sees nothing in it, and cannot harm it by trying. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted, Stream } from "effect"
import { chmodSync, closeSync, copyFileSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import * as MailStoreSqlite from "../../../src/adapters/sqlite/MailStoreSqlite.ts"
import type { SqliteOptions } from "../../../src/adapters/sqlite/SqliteFile.ts"
import type { EmailId } from "../../../src/domain/mailbox/Mailbox.ts"
import * as UidSet from "../../../src/domain/mailbox/UidSet.ts"
import { MailStore } from "../../../src/ports/MailStore.ts"
import { beside, handle, key, makeFile, withDatabase } from "./Files.ts"

const CIPHERS = ["aegis", "sqlcipher"] as const

const withStore = <A, E>(options: SqliteOptions, body: Effect.Effect<A, E, MailStore>) =>
  Effect.provide(body, Layer.fresh(MailStoreSqlite.layerFile(options)))

/** Words that occur nowhere else. */
const CANARIES = {
  header: "kanarienvogel-subject",
  address: "kanarienvogel-address@leap.test",
  body: "kanarienvogel-body",
  attachment: "kanarienvogel-attachment",
  file: "kanarienvogel-file.txt",
  mailbox: "kanarienvogel-mailbox",
  keyword: "kanarienvogel-keyword",
  emailId: "kanarienvogel-email-id"
}

const letter = [
  `From: ${CANARIES.address}`,
  `Subject: ${CANARIES.header}`,
  "Content-Type: multipart/mixed; boundary=b",
  "",
  "--b",
  "",
  CANARIES.body,
  "--b",
  `Content-Type: text/plain; name="${CANARIES.file}"`,
  "",
  // Large enough to be stored apart.
  `${CANARIES.attachment} `.repeat(2000),
  "--b--",
  ""
].join("\r\n")

const fill = Effect.gen(function*() {
  const store = yield* MailStore
  const { id } = yield* store.create(CANARIES.mailbox)
  yield* store.append(id, [{
    bytes: new TextEncoder().encode(letter),
    flags: [CANARIES.keyword],
    internalDate: 0,
    emailId: CANARIES.emailId as EmailId
  }])
})

const read = Effect.gen(function*() {
  const store = yield* MailStore
  const { id } = yield* store.mailbox(CANARIES.mailbox)
  const [record] = yield* Stream.runCollect(store.fetch(id, UidSet.all, { bytes: true }))
  return new TextDecoder().decode(record?.bytes)
})

/** As after a thief's copy or a kill -9 : with what is not in the file itself yet. */
const copyAll = (filename: string): string => {
  const folder = join(dirname(filename), "copy")
  mkdirSync(folder)
  for (const suffix of ["", "-wal", "-shm"]) copyFileSync(filename + suffix, join(folder, basename(filename) + suffix))
  return join(folder, basename(filename))
}

const assertDark = (filename: string): void => {
  const files = beside(filename)
  assert.isAbove(files.size, 0)
  for (const [name, bytes] of files) {
    for (
      const word of [...Object.values(CANARIES), "kanarienvogel", "SQLite format", "CREATE TABLE", "INBOX", "inbox"]
    ) {
      assert.isFalse(bytes.includes(word), `${word} in ${name}`)
      assert.isFalse(bytes.includes(Buffer.from(word, "utf16le")), `${word} in ${name}, as UTF-16`)
    }
  }
}

const WRONG = Redacted.make(Redacted.value(key).map((octet, index) => index === 31 ? octet ^ 1 : octet))

const refusal = (options: SqliteOptions) =>
  Effect.map(Effect.flip(withDatabase(options, handle)), ({ message }) => message)

describe("SqliteFile", () => {
  for (const cipher of CIPHERS) {
    it.effect(`shows nothing without its key (${cipher})`, () =>
      Effect.gen(function*() {
        const filename = yield* makeFile
        yield* withStore(
          { filename, key, cipher },
          Effect.gen(function*() {
            yield* fill
            assert.sameMembers([...beside(filename).keys()], ["mail.db", "mail.db-shm", "mail.db-wal"])
            assertDark(filename)
          })
        )
        assert.deepStrictEqual([...beside(filename).keys()], ["mail.db"])
        assertDark(filename)
        assert.strictEqual(yield* withStore({ filename, key, cipher }, read), letter)
      }))

    it.effect(`opens with nothing but its key, and is not harmed by trying (${cipher})`, () =>
      Effect.gen(function*() {
        const filename = yield* makeFile
        const stolen = yield* withStore({ filename, key, cipher }, Effect.map(fill, () => copyAll(filename)))
        const other = CIPHERS.find((one) => one !== cipher) ?? cipher
        const sentence = "The database could not be opened: The key does not fit this file, or it is no database. " +
          "Check the passphrase and the path"
        for (
          const options of [
            { filename: stolen, key: WRONG, cipher },
            { filename: stolen },
            { filename: stolen, key, cipher: other }
          ]
        ) assert.strictEqual(yield* refusal(options), sentence)
        assert.strictEqual(yield* withStore({ filename: stolen, key, cipher }, read), letter)
      }))

    it.effect(`writes other octets for the same mail under the same key (${cipher})`, () =>
      Effect.gen(function*() {
        const [a, b] = [yield* makeFile, yield* makeFile]
        for (const filename of [a, b]) yield* withStore({ filename, key, cipher }, fill)
        const [x, y] = [readFileSync(a), readFileSync(b)]
        assert.notDeepEqual(x.subarray(0, 16), y.subarray(0, 16))
        // The page size and the like, octets 16 to 23, lie open so that the file can be read at all.
        const equal = x.subarray(24).filter((octet, index) => octet === y[24 + index]).length
        assert.isBelow(equal / Math.min(x.length, y.length), 0.01)
      }))

    it.effect(`notices damage (${cipher})`, () =>
      Effect.gen(function*() {
        const filename = yield* makeFile
        yield* withStore({ filename, key, cipher }, fill)
        const whole = readFileSync(filename)
        const middle = Math.floor(whole.length / 4096 / 2) * 4096
        for (const at of [middle + 100, middle + 4000]) {
          const damaged = Buffer.from(whole)
          damaged[at] = (damaged[at] ?? 0) ^ 1
          writeFileSync(filename, damaged)
          const checked = yield* Effect.result(withDatabase(
            { filename, key, cipher },
            Effect.flatMap(handle, (db) =>
              Effect.try({
                try: () => db.pragma("integrity_check", { simple: true }),
                catch: () => "unreadable" as const
              }))
          ))
          assert.isFalse(checked._tag === "Success" && checked.success === "ok", `octet ${at}`)
        }
      }))
  }

  it.effect("takes a key of 32 octets and no other", () =>
    Effect.gen(function*() {
      const filename = yield* makeFile
      for (const length of [0, 31, 33]) {
        assert.strictEqual(
          yield* refusal({ filename, key: Redacted.make(new Uint8Array(length)) }),
          "The database could not be opened: Its key must have 32 bytes"
        )
      }
      assert.strictEqual(statSync(filename).size, 0)
    }))

  it.effect("keeps the key out of what it says", () =>
    Effect.gen(function*() {
      const filename = yield* makeFile
      yield* withDatabase(
        { filename, key },
        Effect.flatMap(handle, (db) => Effect.sync(() => db.exec("CREATE TABLE t (x)")))
      )
      const error = yield* Effect.flip(withDatabase({ filename, key: WRONG }, handle))
      const hex = Buffer.from(Redacted.value(WRONG)).toString("hex")
      assert.notInclude(`${JSON.stringify(error)} ${error.stack} ${String(error.cause)}`, hex)
    }))

  it.effect("lets its owner read and nobody else, old files too", () =>
    Effect.gen(function*() {
      const filename = yield* makeFile
      const modes = () => ["", "-wal", "-shm"].map((suffix) => statSync(filename + suffix).mode & 0o777)
      const all = Effect.sync(() => assert.deepStrictEqual(modes(), [0o600, 0o600, 0o600]))
      yield* withStore({ filename, key }, Effect.andThen(fill, all))
      chmodSync(filename, 0o644)
      yield* withStore({ filename, key }, Effect.andThen(read, all))
    }))

  it.effect("says what is wrong with the place", () =>
    Effect.gen(function*() {
      const filename = yield* makeFile
      const cannot =
        "The database could not be opened: The file cannot be opened. Check that its folder exists and may " +
        "be written"
      assert.strictEqual(yield* refusal({ filename: `${filename}/nowhere/mail.db`, key }), cannot)
      assert.strictEqual(yield* refusal({ filename: dirname(filename), key }), cannot)
      closeSync(openSync(filename, "w"))
      writeFileSync(filename, "This is a letter and no database.\n".repeat(500))
      assert.match(yield* refusal({ filename }), /or it is no database/)
      assert.match(yield* refusal({ filename, key }), /or it is no database/)
      assert.include(readFileSync(filename, "utf8"), "This is a letter")
    }))
})
