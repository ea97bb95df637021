import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { makeStage, onEachStore, transcript } from "./Transcript.ts"

const SELECTED = { begin: "selected" } as const

onEachStore("RFC 2177 IDLE", (options) => {
  it.effect("another session's changes are told at once: EXISTS, FETCH, EXPUNGE", () =>
    Effect.gen(function*() {
      const { deliver, play } = yield* makeStage({ ...options, ...SELECTED })
      yield* deliver("a: 1\r\n\r\n")
      yield* play(String.raw`
        C: A002 IDLE
        S: + idling
        C2: a NOOP
        S2: a OK …
        C2: b STORE 1 +FLAGS.SILENT (\Flagged)
        S2: b OK …
        S: * 1 FETCH (UID 1 FLAGS (\Flagged))
        C2: c APPEND INBOX (\Seen) {4+}
        C2: a: b
        S2: * 2 EXISTS
        S2: c OK …
        S: * 2 EXISTS
        C2: d STORE 1 +FLAGS (\Deleted)
        S2: * 1 FETCH (FLAGS (\Flagged \Deleted))
        S2: d OK …
        S: * 1 FETCH (UID 1 FLAGS (\Flagged \Deleted))
        C2: e EXPUNGE
        S2: * 1 EXPUNGE
        S2: e OK …
        S: * 1 EXPUNGE
        C: DONE
        S: A002 OK IDLE done
        C: A003 FETCH 1:* (UID FLAGS)
        S: * 1 FETCH (UID 2 FLAGS (\Seen))
        S: A003 OK …
      `)
    }))

  it.effect("a delivery is told at once", () =>
    Effect.gen(function*() {
      const { deliver, play } = yield* makeStage({ ...options, ...SELECTED })
      yield* play("C: a IDLE\nS: + idling")
      yield* deliver("a: 1\r\n\r\n")
      yield* play("S: * 1 EXISTS")
      yield* deliver("a: 2\r\n\r\n", { mailbox: "Sent" })
      yield* deliver("a: 3\r\n\r\n")
      yield* play("S: * 2 EXISTS\nC: done\nS: a OK …")
    }))

  it.effect("begins with what is new already", () =>
    Effect.gen(function*() {
      const { deliver, play } = yield* makeStage({ ...options, ...SELECTED })
      yield* play("C: a NOOP\nS: a OK …")
      yield* deliver("a: 1\r\n\r\n")
      yield* play("C: b IDLE\nS: + idling\nS: * 1 EXISTS\nC: DONE\nS: b OK …")
    }))

  it.effect("a mailbox that another session deletes is told empty at once", () =>
    Effect.gen(function*() {
      const { deliver, play } = yield* makeStage(options)
      yield* play("C: a CREATE x\nS: a OK …")
      yield* deliver("a: 1\r\n\r\n", { mailbox: "x" })
      yield* play(`
        C: b SELECT x
        S: * FLAGS …
        S: * 1 EXISTS
        S: * 0 RECENT
        S: * OK [UNSEEN 1] …
        S: * OK [PERMANENTFLAGS …
        S: * OK [UIDVALIDITY …
        S: * OK [UIDNEXT 2] …
        S: * OK [HIGHESTMODSEQ …
        S: * OK [MAILBOXID …
        S: b OK …
        C: c IDLE
        S: + idling
        C2: a DELETE x
        S2: a OK …
        S: * 1 EXPUNGE
        C: DONE
        S: c OK …
        C: d UID FETCH 1:* FLAGS
        S: d NO [NONEXISTENT] The selected mailbox was deleted
        C: e NOOP
        S: e OK …
      `)
    }))
})

describe("RFC 2177 IDLE, the client's side", () => {
  it.effect("ends with DONE, in any case; anything else is BAD and ends it, too", () =>
    transcript(
      `
      C: a IDLE
      S: + idling
      C: dOnE
      S: a OK …
      C: b IDLE
      S: + idling
      C: c NOOP
      S: b BAD [CLIENTBUG] IDLE ends with DONE
      C: d IDLE
      S: + idling
      C:
      S: d BAD [CLIENTBUG] IDLE ends with DONE
      C: e NOOP
      S: e OK …
    `,
      SELECTED
    ))

  it.effect("works without a mailbox, too", () => transcript("C: a IDLE\nS: + idling\nC: DONE\nS: a OK …"))

  it.effect("DONE may come with the command, and the next command with it", () =>
    Effect.gen(function*() {
      const { peer } = yield* makeStage(SELECTED)
      const client = yield* peer(1)
      yield* client.send("a IDLE\r\nDONE\r\nb NOOP\r\n")
      assert.match(yield* client.line, /^\+ /)
      assert.match(yield* client.line, /^a OK/)
      assert.match(yield* client.line, /^b OK/)
    }))

  it.effect("lasts 29 minutes and more, not for ever", () =>
    Effect.gen(function*() {
      const { play } = yield* makeStage(SELECTED)
      yield* play("C: a IDLE\nS: + idling")
      yield* TestClock.adjust("29 minutes")
      yield* play("C: DONE\nS: a OK …\nC: b IDLE\nS: + idling")
      yield* TestClock.adjust("32 minutes")
      yield* play("S: * BYE Nothing was heard for too long\nS: (closed)")
    }))

  it.effect("costs nothing while nothing happens", () =>
    Effect.gen(function*() {
      let asked = 0
      const { deliver, play } = yield* makeStage({
        ...SELECTED,
        watched: (store) => ({
          ...store,
          changedSince: (...args) => Effect.suspend(() => (asked++, store.changedSince(...args)))
        })
      })
      yield* play("C: a IDLE\nS: + idling")
      yield* deliver("a: 1\r\n\r\n")
      yield* play("S: * 1 EXISTS")
      const before = asked
      yield* deliver("a: 2\r\n\r\n", { mailbox: "Sent" })
      for (let turn = 0; turn < 50; turn++) yield* Effect.yieldNow
      assert.strictEqual(asked, before)
      yield* play("C: DONE\nS: a OK …")
    }))

  it.effect("the connection may end during it", () => transcript("C: a IDLE\nS: + idling\nC: (closes)\nS: (closed)"))
})
