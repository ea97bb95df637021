/** A large message is in memory a few times, not more: in a process of its own, its files and its database on disk. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect, Redacted, Schema } from "effect"
import { execFile } from "node:child_process"
import { randomBytes } from "node:crypto"
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"
import * as OpenPgpJs from "../../../src/adapters/openpgp/OpenPgpJs.ts"
import { compose } from "../../../src/domain/message/Compose.ts"
import { encryptedMessage, payload } from "../../../src/domain/outgoing/PgpMime.ts"
import { OpenPgp } from "../../../src/ports/OpenPgp.ts"

const MEGABYTE = 1024 * 1024
/** Of the attachment: as a message it is half as much again, encrypted twice that. */
const LARGE = 16 * MEGABYTE

/** What the garbage collector and SQLite leave lying about whatever is done. */
const SLACK = 96 * MEGABYTE

let folder = ""
const at = (name: string): string => path.join(folder, name)

const letter = (from: string, to: string, octets: number): Uint8Array =>
  compose({
    headers: [["From", from], ["To", to], ["Subject", "large"], ["MIME-Version", "1.0"]],
    body: {
      _tag: "Multipart",
      subtype: "mixed",
      parts: [
        { headers: [], body: { _tag: "Text", text: "see there\n" } },
        { headers: [], body: { _tag: "Binary", type: "application/octet-stream", bytes: randomBytes(octets) } }
      ]
    }
  })

beforeAll(() =>
  Effect.runPromise(
    Effect.gen(function*() {
      folder = mkdtempSync(path.join(tmpdir(), "leap-memory-"))
      const pgp = yield* OpenPgp
      const keysOf = (email: string) => pgp.generate({ name: "", email }, { expiresInSeconds: undefined })
      const [mine, friend] = [yield* keysOf("me@leap.test"), yield* keysOf("friend@leap.test")]
      writeFileSync(at("certificate"), mine.certificate)
      writeFileSync(at("secret"), Redacted.value(mine.secretKey), { mode: 0o600 })
      writeFileSync(at("friend"), friend.certificate)
      for (const [name, octets] of [["small", 1000], ["large", LARGE]] as const) {
        writeFileSync(at(`${name}.eml`), letter("me@leap.test", "friend@leap.test", octets))
        const sent = letter("friend@leap.test", "me@leap.test", octets)
        const sealed = yield* pgp.encrypt({
          data: payload(sent, "cipher"),
          recipients: [mine.certificate],
          signWith: friend.secretKey,
          anonymous: false
        })
        const item = yield* pgp.encrypt({
          data: encryptedMessage(sent, yield* pgp.armored("message", sealed)),
          recipients: [mine.certificate],
          signWith: undefined,
          anonymous: false
        })
        writeFileSync(at(`${name}.pgp`), item)
      }
    }).pipe(Effect.provide(OpenPgpJs.layer))
  )
)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const Printed = Schema.fromJsonString(
  Schema.Struct({ before: Schema.Int, most: Schema.Int, done: Schema.Int })
)

const main = new URL("Main.ts", import.meta.url).pathname

const run = (task: string): Promise<typeof Printed.Type> =>
  new Promise((resolve, reject) => {
    execFile(process.execPath, [main, task, folder], (error, stdout, stderr) => {
      if (error === null) resolve(Schema.decodeSync(Printed)(stdout))
      else reject(new Error(`${error.message} ${stderr}`))
    })
  })

describe("memory", () => {
  it("a message that comes in is there five times at the most, as the provider hands it over", async () => {
    const { before, done, most } = await run("incoming")
    assert.strictEqual(done, 2)
    const times = (most - before - SLACK) / statSync(at("large.pgp")).size
    assert.isBelow(times, 5)
  })

  it("a message that goes out, eight times, as the person's program hands it over", async () => {
    const { before, done, most } = await run("outgoing")
    assert.strictEqual(done, 1)
    const times = (most - before - SLACK) / statSync(at("large.eml")).size
    assert.isBelow(times, 8)
  })
})
