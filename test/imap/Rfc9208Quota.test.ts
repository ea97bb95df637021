import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { MailStoreError } from "../../src/ports/MailStore.ts"
import { makeStage, transcript } from "./Transcript.ts"

const QUOTA = /^\* QUOTA "" \(STORAGE (\d+) (\d+)\)$/

describe("RFC 9208 QUOTA", () => {
  it.effect("§4.1.1 GETQUOTA: what the account takes, and what the disk has for it, in KiB", () =>
    Effect.gen(function*() {
      const { deliver, peer, play, store } = yield* makeStage({ store: "encrypted SQLite" })
      const client = yield* peer(1)
      const ask = Effect.gen(function*() {
        yield* client.send("a GETQUOTA \"\"\r\n")
        const [, usage, limit] = QUOTA.exec(yield* client.line) ?? assert.fail()
        assert.match(yield* client.line, /^a OK /)
        return { usage: Number(usage), limit: Number(limit) }
      })
      const before = yield* ask
      assert.isAbove(before.usage, 0)
      assert.isAbove(before.limit, before.usage)
      yield* deliver(new Uint8Array(1_000_000).map((_, at) => at * at * 31 % 251))
      const after = yield* ask
      assert.isAtLeast(after.usage - before.usage, 900)
      assert.strictEqual(after.usage, Math.ceil((yield* store.usage).stored / 1024))
      yield* play("C: b GETQUOTA \"#user/alice\"\nS: b NO [NONEXISTENT] …")
    }))

  it.effect("§4.1.2 GETQUOTAROOT: one root for all mailboxes, those to come as well; §4.2.1 no limit is an empty list", () =>
    transcript(`
      C: a CAPABILITY
      S: * CAPABILITY … QUOTA QUOTA=RES-STORAGE …
      S: a OK …
      C: G0002 GETQUOTAROOT INBOX
      S: * QUOTAROOT INBOX ""
      S: * QUOTA "" ()
      S: G0002 OK …
      C: b GETQUOTAROOT "not yet"
      S: * QUOTAROOT "not yet" ""
      S: * QUOTA "" ()
      S: b OK …
    `))

  it.effect("§4.1.4 STATUS DELETED and DELETED-STORAGE", () =>
    Effect.gen(function*() {
      const { deliver, play } = yield* makeStage({ store: "encrypted SQLite" })
      for (let at = 0; at < 12; at++) yield* deliver("a: b", { flags: at % 3 === 0 ? ["\\Deleted"] : [] })
      yield* play(`
        C: S0003 STATUS INBOX (MESSAGES DELETED DELETED-STORAGE)
        S: * STATUS INBOX (MESSAGES 12 DELETED 4 DELETED-STORAGE 16)
        S: S0003 OK …
      `)
    }))

  it.effect("§4.3.1 OVERQUOTA where the disk is full", () =>
    Effect.gen(function*() {
      const full = new MailStoreError({ operation: "append", isFull: true, cause: new Error("SQLITE_FULL") })
      const { play } = yield* makeStage({
        watched: (store) => ({ ...store, append: () => Effect.fail(full), copy: () => Effect.fail(full) })
      })
      yield* play(String.raw`
        C: A003 APPEND Sent (\Seen) {4+}
        C: a: b
        S: A003 NO [OVERQUOTA] The disk is full: make room and try again
        C: A004 EXAMINE INBOX
        S: (until) A004 OK …
        C: A005 UID COPY 1:* Sent
        S: A005 NO [OVERQUOTA] …
      `)
    }))
})
