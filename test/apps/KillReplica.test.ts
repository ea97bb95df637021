/** kill -9 of a client in the middle of replication: nothing that was answered for is lost, and nothing is there twice. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { makeFile } from "../adapters/sqlite/Files.ts"
import { append, makeAccount, makeHome, makeLightHome, show, showAll } from "../adapters/sqlite/ReplicaHomes.ts"
import { withAttachment } from "../domain/message/Attached.ts"
import { linesUntil } from "../KilledProgram.ts"
import { makeToken, serveProvider } from "../ports/ProviderOverHttp.ts"

const replicator = new URL("Replicator.ts", import.meta.url).pathname

/** Killed as it makes the call for that time. */
interface End {
  readonly call: string
  readonly times: number
}

const ENDS: ReadonlyArray<End> = [
  { call: "push", times: 3 },
  { call: "getBlobs", times: 1 },
  { call: "pull", times: 2 }
]

describe("a client that is killed as it replicates", () => {
  it.live("has all that it answered for, once, and so has another device", () =>
    Effect.gen(function*() {
      const account = yield* makeAccount
      const url = yield* serveProvider(account.store)
      const token = yield* makeToken(account.store, account.id)
      const root = Buffer.from(Redacted.value(account.vault.root)).toString("hex")
      const file = yield* makeFile
      const other = yield* makeLightHome(account)
      const mail = new Set<string>()
      const flagged = new Set<string>()
      for (const [index, { call, times }] of ENDS.entries()) {
        // For it to pull.
        yield* append(other, "INBOX", withAttachment(`other-${index}`, `other-${index}`))
        mail.add(`other-${index}`)
        yield* other.sync
        const said = yield* linesUntil(
          replicator,
          [file, url, Redacted.value(token), root, `run${index}`],
          (text) => text.split(`call ${call}\n`).length > times
        )
        for (const line of said) {
          const [word, text = ""] = line.split(" ")
          if (word === "mail") mail.add(text)
          if (word === "flag") flagged.add(text)
        }
        yield* Effect.scoped(Effect.gen(function*() {
          const killed = yield* makeHome(account, file)
          for (const home of [killed, other, killed]) yield* home.sync
          yield* killed.attest
          yield* other.sync
          assert.deepStrictEqual(yield* showAll(other), yield* showAll(killed))
        }))
        const messages = yield* show(other, "INBOX")
        const subjects = messages.map(({ text }) => /^Subject: (\S+)/.exec(text)?.[1] ?? "")
        assert.strictEqual(new Set(subjects).size, subjects.length, `${call}: some are there twice`)
        for (const one of mail) assert.include(subjects, one, call)
        for (const [at, { flags, text }] of messages.entries()) {
          const subject = subjects[at] ?? ""
          assert.strictEqual(text, withAttachment(subject, subject))
          if (flagged.has(subject)) assert.include(flags, "$done")
        }
      }
      assert.isAbove(mail.size, 2 * ENDS.length)
    }), 180_000)
})
