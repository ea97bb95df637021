/** UIDONLY (RFC 9586) and UIDBATCHES (RFC 10022): clients that go by uids alone. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { batches } from "../../src/adapters/imap/commands/UidBatches.ts"
import { makeStage, onEachStore, transcript } from "./Transcript.ts"

onEachStore("RFC 9586 UIDONLY", (options) => {
  const withThree = Effect.gen(function*() {
    const stage = yield* makeStage({ ...options, begin: "selected" })
    for (let at = 1; at <= 3; at++) yield* stage.deliver(`a: ${at}\r\n\r\n`)
    yield* stage.play("C: - ENABLE UIDONLY\nS: * ENABLED UIDONLY\nS: - OK …")
    return stage
  })

  it.effect("§3.2 to §3.5 UIDFETCH for FETCH, VANISHED for EXPUNGE, MODIFIED by uid", () =>
    Effect.gen(function*() {
      const { play } = yield* withThree
      yield* play(String.raw`
        C: A1 UID FETCH 1:2 FLAGS
        S: * 1 UIDFETCH (FLAGS ())
        S: * 2 UIDFETCH (FLAGS ())
        S: A1 OK …
        C: A2 UID FETCH 3 (UID RFC822.SIZE)
        S: * 3 UIDFETCH (UID 3 RFC822.SIZE 8)
        S: A2 OK …
        C: A3 UID STORE 2 +FLAGS (\Deleted)
        S: * 2 UIDFETCH (FLAGS (\Deleted))
        S: A3 OK …
        C: A4 EXPUNGE
        S: * VANISHED 2
        S: A4 OK …
        C2: x UID STORE 3 +FLAGS (\Seen)
        S2: * 2 FETCH (UID 3 FLAGS (\Seen))
        S2: x OK …
        C: A5 NOOP
        S: * 3 UIDFETCH (FLAGS (\Seen))
        S: A5 OK …
        C: A6 UID SEARCH SEEN
        S: * SEARCH 3
        S: A6 OK …
        C: A7 UID STORE 3 (UNCHANGEDSINCE 1) +FLAGS (\Flagged)
        S: * OK [HIGHESTMODSEQ 7] …
        S: A7 OK [MODIFIED 3] …
        C: A8 UID MOVE 3 Trash
        S: * OK [COPYUID … 3 1] …
        S: * VANISHED 3
        S: A8 OK [HIGHESTMODSEQ 8] …
      `)
    }))

  it.effect("§3.1 message numbers are BAD with UIDREQUIRED wherever they stand", () =>
    Effect.gen(function*() {
      const { play } = yield* withThree
      const commands = [
        "FETCH 1 FLAGS",
        String.raw`STORE 1 FLAGS (\Seen)`,
        "COPY 1 Sent",
        "MOVE 1 Sent",
        "SEARCH ALL",
        "UID SEARCH 1:2",
        "UID SEARCH OR NOT (SEEN 1) ALL",
        "SORT (DATE) UTF-8 ALL",
        "UID SORT (DATE) UTF-8 1",
        "THREAD REFERENCES UTF-8 ALL"
      ]
      for (const command of commands) yield* play(`C: a ${command}\nS: a BAD [UIDREQUIRED] …`)
      yield* play(`
        C: b UID SEARCH RETURN (SAVE) UID 1:2
        S: b OK …
        C: c UID SEARCH $
        S: * SEARCH 1 2
        S: c OK …
        C: d ENABLE QRESYNC
        S: * ENABLED QRESYNC
        S: * OK [HIGHESTMODSEQ 4] …
        S: d OK …
        C: e SELECT INBOX (QRESYNC (1 2 1:3 (1 1)))
        S: e BAD [UIDREQUIRED] …
      `)
    }))

  it.effect("§3.6 SELECT names no message number; new messages are told", () =>
    Effect.gen(function*() {
      const { deliver, play } = yield* withThree
      yield* play(`
        C: a SELECT INBOX
        S: * OK [CLOSED] …
        S: * FLAGS …
        S: * 3 EXISTS
        S: * 0 RECENT
        S: * OK [PERMANENTFLAGS …
        S: * OK [UIDVALIDITY …
        S: * OK [UIDNEXT 4] …
        S: * OK [HIGHESTMODSEQ …
        S: * OK [MAILBOXID …
        S: a OK …
      `)
      yield* deliver("a: 4\r\n\r\n")
      yield* play("C: b NOOP\nS: * 4 EXISTS\nS: b OK …")
    }))
})

describe("RFC 10022 UIDBATCHES", () => {
  const uids = (...list: ReadonlyArray<number>) => Uint32Array.from(list)

  it("newest first, without gaps, the last down to 1", () => {
    assert.deepStrictEqual(batches(uids(3, 9, 10, 40, 41), 2), ["41:11", "10:4", "3:1"])
    assert.deepStrictEqual(batches(uids(3, 9, 10, 40), 2), ["40:10", "9:1"])
    assert.deepStrictEqual(batches(uids(7), 2), ["7:1"])
    assert.deepStrictEqual(batches(uids(), 2), [])
  })

  it("some of them only", () => {
    const five = uids(3, 9, 10, 40, 41)
    assert.deepStrictEqual(batches(five, 2, { from: 2, to: 2 }), ["10:4"])
    assert.deepStrictEqual(batches(five, 2, { from: 2, to: 9 }), ["10:4", "3:1"])
    assert.deepStrictEqual(batches(five, 2, { from: 4, to: 9 }), [])
  })

  it.effect("the command: at least 500 a batch, of a mailbox that is selected", () =>
    Effect.gen(function*() {
      const { play, store } = yield* makeStage({ begin: "selected" })
      const { id } = yield* store.mailbox("INBOX")
      const one = { bytes: new TextEncoder().encode("a: b\r\n\r\n"), flags: [], internalDate: 0 }
      yield* store.append(id, Array.from({ length: 1100 }, () => one))
      yield* play(`
        C: A143 UIDBATCHES 500
        S: * UIDBATCHES (TAG "A143") 1100:601,600:101,100:1
        S: A143 OK …
        C: A144 UIDBATCHES 500 2:3
        S: * UIDBATCHES (TAG "A144") 600:101,100:1
        S: A144 OK …
        C: A145 UIDBATCHES 500 4:9
        S: * UIDBATCHES (TAG "A145")
        S: A145 OK …
        C: A146 UIDBATCHES 499
        S: A146 NO [TOOFEW] A batch has at least 500 messages
        C: A147 UIDBATCHES 500 20:10
        S: A147 BAD [CLIENTBUG] The range of batches ends before it begins
        C: A148 UIDBATCHES 500 10
        S: A148 BAD expected ":" (at character 23)
        C: A149 UNSELECT
        S: A149 OK …
        C: A150 UIDBATCHES 500
        S: A150 BAD Select a mailbox first
      `)
    }))

  it.effect("an empty mailbox has no batch", () =>
    transcript(`C: a UIDBATCHES 2000\nS: * UIDBATCHES (TAG "a")\nS: a OK …`, { begin: "selected" }))
})
