/** QRESYNC: the examples of RFC 7162, with the uids and modseqs that this server gives. */
import { it } from "@effect/vitest"
import { Effect } from "effect"
import { makeStage, onEachStore } from "./Transcript.ts"

onEachStore("RFC 7162 §3.2 QRESYNC", (options) => {
  /** `count` messages with modseqs from 2; then every third is expunged (modseq count + 3), number 5 seen (+ 4). */
  const withHistory = Effect.gen(function*() {
    const stage = yield* makeStage(options)
    const { id } = yield* stage.store.mailbox("INBOX")
    for (let at = 1; at <= 10; at++) yield* stage.deliver(`a: ${at}\r\n\r\n`)
    yield* stage.store.flag(id, [{ from: 3, to: 3 }, { from: 6, to: 7 }, { from: 10, to: 10 }], "add", ["\\Deleted"])
    yield* stage.store.expunge(id)
    yield* stage.store.flag(id, [{ from: 5, to: 5 }], "add", ["\\Seen"])
    yield* stage.store.flag(id, [{ from: 9, to: 9 }], "add", ["\\Answered"])
    yield* stage.play("C: - ENABLE QRESYNC\nS: * ENABLED QRESYNC\nS: - OK …")
    return stage
  })

  const selects = (parameters: string, news: string) =>
    Effect.gen(function*() {
      const { play, store } = yield* withHistory
      const validity = (yield* store.mailbox("INBOX")).uidValidity
      yield* play(`
        C: A03 SELECT INBOX (QRESYNC (${parameters.replace("validity", String(validity))}))
        S: * FLAGS …
        S: * 6 EXISTS
        S: * 0 RECENT
        S: * OK [UNSEEN 1] …
        S: * OK [PERMANENTFLAGS …
        S: * OK [UIDVALIDITY ${validity}] …
        S: * OK [UIDNEXT 11] …
        S: * OK [HIGHESTMODSEQ 15] …
        S: * OK [MAILBOXID …
        ${news}
        S: A03 OK [READ-WRITE] …
      `)
    })

  it.effect("§3.2.5.1 what went and what changed since the modseq", () =>
    selects(
      "validity 12",
      String.raw`
        S: * VANISHED (EARLIER) 3,6:7,10
        S: * 4 FETCH (UID 5 FLAGS (\Seen) MODSEQ (14))
        S: * 6 FETCH (UID 9 FLAGS (\Answered) MODSEQ (15))`
    ))

  it.effect("§3.2.5.1 nothing new: nothing is told", () => selects("validity 15", ""))

  it.effect("§3.2.5.1 another uidvalidity: all that is known is void", () => selects("67890007 12", ""))

  it.effect("§3.2.5.1 of the known uids only", () =>
    selects(
      "validity 12 1:2,4:6,8",
      String.raw`
        S: * VANISHED (EARLIER) 6
        S: * 4 FETCH (UID 5 FLAGS (\Seen) MODSEQ (14))`
    ))

  it.effect("§3.2.5.2 numbers that are still pairs with their uids say below what nothing went", () =>
    selects(
      "validity 12 1:10 (1,4,8 1,5,9)",
      String.raw`
        S: * VANISHED (EARLIER) 6:7,10
        S: * 4 FETCH (UID 5 FLAGS (\Seen) MODSEQ (14))
        S: * 6 FETCH (UID 9 FLAGS (\Answered) MODSEQ (15))`
    ))

  it.effect("§3.2.5 ENABLE comes first; what cannot be read says where", () =>
    Effect.gen(function*() {
      const { play } = yield* makeStage(options)
      yield* play(`
        C: a SELECT INBOX (QRESYNC (67890007 20050715194045000))
        S: a BAD [CLIENTBUG] QRESYNC comes after ENABLE QRESYNC
        C: b SELECT INBOX (QRESYNC (67890007))
        S: b BAD expected a space (at character 34)
        C: c SELECT INBOX (QRESYNC (1 2 1:5 (1,2 3)))
        S: c BAD expected as many uids as message numbers, and not too many (at character 34)
        C: d SELECT INBOX (QRESYNC (1 2 (1:20000 1:20000)))
        S: d BAD expected as many uids as message numbers, and not too many (at character 30)
      `)
    }))

  it.effect("§3.2.6 UID FETCH with VANISHED: what went is told first, in one line", () =>
    Effect.gen(function*() {
      const { play } = yield* withHistory
      yield* play(String.raw`
        C: - EXAMINE INBOX (CONDSTORE)
        S: * FLAGS …
        S: * 6 EXISTS
        S: * 0 RECENT
        S: * OK [UNSEEN 1] …
        S: * OK [PERMANENTFLAGS …
        S: * OK [UIDVALIDITY …
        S: * OK [UIDNEXT 11] …
        S: * OK [HIGHESTMODSEQ 15] …
        S: * OK [MAILBOXID …
        S: - OK …
        C: s100 UID FETCH 6:500 (FLAGS) (CHANGEDSINCE 12 VANISHED)
        S: * VANISHED (EARLIER) 6:7,10
        S: * 6 FETCH (UID 9 MODSEQ (15) FLAGS (\Answered))
        S: s100 OK …
        C: s101 UID FETCH 10:* (FLAGS) (CHANGEDSINCE 1 VANISHED)
        S: * VANISHED (EARLIER) 10
        S: * 6 FETCH (UID 9 MODSEQ (15) FLAGS (\Answered))
        S: s101 OK …
        C: s102 UID FETCH 1:* (FLAGS) (CHANGEDSINCE 15 VANISHED)
        S: s102 OK …
        C: s103 FETCH 1:* (FLAGS) (CHANGEDSINCE 15 VANISHED)
        S: s103 BAD VANISHED goes with UID FETCH and CHANGEDSINCE only (at character 24)
        C: s104 UID FETCH 1:* (FLAGS) (VANISHED)
        S: s104 BAD VANISHED goes with UID FETCH and CHANGEDSINCE only (at character 28)
      `)
    }))

  it.effect("§3.2.7 EXPUNGE, §3.2.9 UID EXPUNGE: VANISHED for EXPUNGE, and the modseq up to which all is told", () =>
    Effect.gen(function*() {
      const { deliver, play } = yield* makeStage({ ...options, begin: "selected" })
      for (let at = 1; at <= 6; at++) yield* deliver(`a: ${at}\r\n\r\n`)
      yield* play(String.raw`
        C: - ENABLE QRESYNC
        S: * ENABLED QRESYNC
        S: * OK [HIGHESTMODSEQ 7] …
        S: - OK …
        C2: x STORE 1,3:4,6 +FLAGS.SILENT (\Deleted)
        S2: x OK …
        C: A202 EXPUNGE
        S: * VANISHED 1,3:4,6
        S: A202 OK [HIGHESTMODSEQ 9] Expunged
        C: A203 UID STORE 2 +FLAGS.SILENT (\Deleted)
        S: * 1 FETCH (UID 2 MODSEQ (10))
        S: A203 OK …
        C: A204 UID EXPUNGE 2:4
        S: * VANISHED 2
        S: A204 OK [HIGHESTMODSEQ 11] Expunged
        C2: y NOOP
        S2: * 1 EXPUNGE
        S2: * 1 EXPUNGE
        S2: * 1 EXPUNGE
        S2: * 1 EXPUNGE
        S2: * 2 EXPUNGE
        S2: y OK …
        C: A205 UID MOVE 5 Trash
        S: * OK [COPYUID …
        S: * VANISHED 5
        S: A205 OK [HIGHESTMODSEQ 12] Moved
      `)
    }))

  it.effect("§3.2.10 VANISHED comes at once under IDLE, never during FETCH by number", () =>
    Effect.gen(function*() {
      const { deliver, play } = yield* makeStage({ ...options, begin: "selected" })
      for (let at = 1; at <= 3; at++) yield* deliver(`a: ${at}\r\n\r\n`)
      yield* play(String.raw`
        C: - ENABLE QRESYNC
        S: * ENABLED QRESYNC
        S: * OK [HIGHESTMODSEQ 4] …
        S: - OK …
        C2: x STORE 2 +FLAGS.SILENT (\Deleted)
        S2: x OK …
        C2: y EXPUNGE
        S2: * 2 EXPUNGE
        S2: y OK …
        C: a FETCH 3 UID
        S: * 3 FETCH (UID 3)
        S: a OK [EXPUNGEISSUED] …
        C: b IDLE
        S: + idling
        S: * VANISHED 2
        C: DONE
        S: b OK …
      `)
    }))

  it.effect("§3.2.6 what this session still numbers is not EARLIER", () =>
    Effect.gen(function*() {
      const { deliver, play } = yield* makeStage({ ...options, begin: "selected" })
      for (let at = 1; at <= 3; at++) yield* deliver(`a: ${at}\r\n\r\n`)
      yield* play(String.raw`
        C: - ENABLE QRESYNC
        S: * ENABLED QRESYNC
        S: * OK [HIGHESTMODSEQ 4] …
        S: - OK …
        C2: x STORE 2 +FLAGS.SILENT (\Deleted)
        S2: x OK …
        C2: y EXPUNGE
        S2: * 2 EXPUNGE
        S2: y OK …
        C: a UID FETCH 1:* (FLAGS) (CHANGEDSINCE 3 VANISHED)
        S: * 3 FETCH (UID 3 MODSEQ (4) FLAGS ())
        S: * VANISHED 2
        S: a OK …
      `)
    }))

  it.effect("§3.2.11 CLOSED parts what is told of the one mailbox from the other", () =>
    Effect.gen(function*() {
      const { play } = yield* makeStage({ ...options, begin: "selected" })
      yield* play(`
        C: B001 SELECT Nowhere
        S: * OK [CLOSED] …
        S: B001 NO [NONEXISTENT] …
        C: B002 SELECT Nowhere
        S: B002 NO [NONEXISTENT] …
      `)
    }))
})
