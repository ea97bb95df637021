/** kill -9 at any moment: what was answered is there, once, and the file is whole. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as MailStoreSqlite from "../../../src/adapters/sqlite/MailStoreSqlite.ts"
import { linesUntil } from "../../KilledProgram.ts"
import { look, put, recount } from "../../ports/mail-store/Mail.ts"
import { handle, key, makeFile, withDatabase } from "./Files.ts"

const appender = new URL("Appender.ts", import.meta.url).pathname

describe("a store that is killed", () => {
  it.live("has all that it answered for, once, and goes on", () =>
    Effect.gen(function*() {
      const filename = yield* makeFile
      /** By uid, what must be there. */
      const kept = new Map<number, string>()
      const gone = new Set<number>()
      for (const [run, lines] of [20, 61, 150].entries()) {
        const said = yield* linesUntil(
          appender,
          [filename, `run${run}`],
          (text) => text.split("\n").length > lines
        )
        assert.isAtLeast(said.length, lines)
        for (const line of said) {
          const [uid = "", text = ""] = line.split(" ")
          if (line.startsWith("-")) gone.add(-Number(uid))
          else kept.set(Number(uid), text)
        }
        for (const uid of gone) kept.delete(uid)
        yield* Effect.gen(function*() {
          const there = new Map((yield* look("INBOX")).map(([uid, text]) => [uid as number, text.split(" ")[0]]))
          const lost = [...kept].filter(([uid]) => !there.has(uid))
          // At most the one that was on its way out when the end came.
          assert.isAtMost(lost.length, 1)
          for (const [uid, text] of lost) {
            assert.match(text, new RegExp(`^run${run}-.*-a$`))
            kept.delete(uid)
          }
          for (const [uid, text] of kept) assert.strictEqual(there.get(uid), text)
          for (const uid of gone) assert.isFalse(there.has(uid))
          assert.strictEqual(new Set(there.values()).size, there.size)
          yield* recount
          const [next = 0] = yield* put("INBOX", `alive-${run}`)
          assert.isAbove(next, Math.max(...kept.keys(), ...gone, ...there.keys()))
          kept.set(next, `alive-${run}`)
        }).pipe(Effect.provide(Layer.fresh(MailStoreSqlite.layerFile({ filename, key }))))
        yield* withDatabase(
          { filename, key },
          Effect.map(handle, (db) => {
            assert.strictEqual(db.pragma("integrity_check", { simple: true }), "ok")
            assert.deepStrictEqual(db.pragma("foreign_key_check"), [])
          })
        )
      }
    }))
})
