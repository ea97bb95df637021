/**
 * Changes a store as fast as it answers, and says on standard output what was answered: `uid text` for a message that is
 * kept, `-uid` for one that went. To be killed. Arguments: file, name of the run.
 */
import { Effect } from "effect"
import { writeSync } from "node:fs"
import * as MailStoreSqlite from "../../../src/adapters/sqlite/MailStoreSqlite.ts"
import * as UidSet from "../../../src/domain/mailbox/UidSet.ts"
import { MailStore } from "../../../src/ports/MailStore.ts"
import { key } from "./Files.ts"

const [filename = "", run = ""] = process.argv.slice(2)

/** Not buffered: what is said was answered. */
const say = (line: string): void => void writeSync(1, `${line}\n`)

const program = Effect.gen(function*() {
  const store = yield* MailStore
  const { id } = yield* store.mailbox("INBOX")
  const append = Effect.fnUntraced(function*(text: string) {
    const bytes = new TextEncoder().encode(`${text} ${"x".repeat(text.length % 7 * 9000)}`)
    const { uids } = yield* store.append(id, [{ bytes, flags: [], internalDate: 0 }])
    for (const uid of uids) say(`${uid} ${text}`)
    return uids
  })
  for (let turn = 0;; turn++) {
    const uids = yield* Effect.forEach(["a", "b", "c"], (one) => append(`${run}-${turn}-${one}`), {
      concurrency: "unbounded"
    })
    const gone = UidSet.fromUids(uids.flat().slice(0, turn % 2))
    yield* store.flag(id, gone, "add", ["\\Deleted"])
    for (const uid of (yield* store.expunge(id, gone)).uids) say(`-${uid}`)
  }
})

Effect.runFork(Effect.provide(program, MailStoreSqlite.layerFile({ filename, key })))
