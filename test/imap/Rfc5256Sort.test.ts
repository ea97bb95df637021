/** SORT, ESORT and THREAD (RFC 5256, RFC 5957, RFC 5267 §3): the RFCs' examples on a mailbox of our own. */
import { it } from "@effect/vitest"
import { Effect } from "effect"
import { makeStage, message, onEachStore } from "./Transcript.ts"

onEachStore("RFC 5256 SORT and THREAD", (options) => {
  /** Uids 2 to 6, numbers 1 to 5. */
  const withFive = Effect.gen(function*() {
    const stage = yield* makeStage(options)
    const mail = (from: string, subject: string, date: string, size: number, more = "") =>
      message(`From: ${from}\nTo: smith@example\nSubject: ${subject}\nDate: ${date}\n${more}\n${"x".repeat(size)}\n`)
    yield* stage.deliver("a: gone\r\n\r\n", { flags: ["\\Deleted"] })
    const ids = (own: string, parent = "") => `Message-ID: <${own}@x>\n${parent && `References: <${parent}@x>\n`}`
    const mails = [
      mail("Zoe <alice@x>", "Lunch", "1 Jan 2026 12:00 +0000", 30, ids("1")),
      mail("bob@x", "Re: lunch", "1 Jan 2026 14:00 +0000", 10, ids("2", "1")),
      mail("=?utf-8?q?=C3=84nne?= <carol@x>", "Dinner", "1 Jan 2026 11:00 +0000", 50, ids("3")),
      mail("dave@x", "Fwd: LUNCH (fwd)", "1 Jan 2026 13:00 +0000", 20, ids("4", "1")),
      mail("Bert <eve@x>", "[list] re: dinner", "1 Jan 2026 16:00 +0000", 40, ids("5", "3"))
    ]
    for (const one of mails) yield* stage.deliver(one)
    yield* stage.store.expunge((yield* stage.store.mailbox("INBOX")).id)
    const peer = yield* stage.peer(1)
    yield* peer.send("- SELECT INBOX\r\n")
    while (!(yield* peer.line).startsWith("- OK")) continue
    return stage
  })

  it.effect("§3 SORT by each key, in reverse, by several; UID SORT", () =>
    Effect.gen(function*() {
      const { play } = yield* withFive
      yield* play(String.raw`
        C: A282 SORT (SUBJECT) UTF-8 SINCE 1-Feb-1960
        S: * SORT 3 5 1 2 4
        S: A282 OK SORT done
        C: A283 SORT (SUBJECT REVERSE DATE) UTF-8 ALL
        S: * SORT 5 3 2 4 1
        S: A283 OK …
        C: A284 SORT (SUBJECT) US-ASCII TEXT "not in mailbox"
        S: * SORT
        S: A284 OK …
        C: A285 UID SORT (REVERSE SIZE) UTF-8 1:4
        S: * SORT 4 5 2 3
        S: A285 OK …
        C: A286 SORT (FROM) UTF-8 ALL
        S: * SORT 1 2 3 4 5
        S: A286 OK …
        C: A287 SORT (REVERSE ARRIVAL) UTF-8 ALL
        S: * SORT 1 2 3 4 5
        S: A287 OK …
        C: A288 SORT (TO CC REVERSE DATE) UTF-8 2:4
        S: * SORT 2 4 3
        S: A288 OK …
      `)
    }))

  it.effect("§3 what cannot be sorted by", () =>
    Effect.gen(function*() {
      const { play } = yield* withFive
      yield* play(`
        C: a SORT (SUBJECT) KOI8-R ALL
        S: a NO [BADCHARSET (US-ASCII UTF-8)] …
        C: b SORT (COLOUR) UTF-8 ALL
        S: b BAD there is no such sort key (at character 9)
        C: c SORT () UTF-8 ALL
        S: c BAD expected a word (at character 9)
        C: d SORT (REVERSE) UTF-8 ALL
        S: d BAD there is no such sort key (at character 9)
        C: e THREAD RANDOM UTF-8 ALL
        S: e BAD expected REFERENCES or ORDEREDSUBJECT (at character 10)
      `)
    }))

  it.effect("RFC 5957 §4 by the names that are shown", () =>
    Effect.gen(function*() {
      const { play } = yield* withFive
      yield* play(`
        C: a SORT (DISPLAYFROM) UTF-8 ALL
        S: * SORT 3 5 2 4 1
        S: a OK …
        C: b SORT (DISPLAYTO REVERSE DISPLAYFROM) UTF-8 ALL
        S: * SORT 1 4 2 5 3
        S: b OK …
      `)
    }))

  it.effect("RFC 5267 §3 ESORT tells in the order of the sort; RFC 7162 §3.1.6 with MODSEQ", () =>
    Effect.gen(function*() {
      const { play } = yield* withFive
      yield* play(`
        C: F01 UID SORT RETURN (COUNT ALL) (REVERSE DATE) UTF-8 ALL
        S: * ESEARCH (TAG "F01") UID ALL 6,3,5,2,4 COUNT 5
        S: F01 OK …
        C: F02 SORT RETURN (MIN MAX) (REVERSE DATE) UTF-8 ALL
        S: * ESEARCH (TAG "F02") MIN 5 MAX 3
        S: F02 OK …
        C: F03 UID SORT RETURN (PARTIAL 2:3) (REVERSE DATE) UTF-8 ALL
        S: * ESEARCH (TAG "F03") UID PARTIAL (2:3 3,5)
        S: F03 OK …
        C: F04 UID SORT RETURN (SAVE) (REVERSE DATE) UTF-8 2:3
        S: F04 OK …
        C: F05 UID SORT (DATE) UTF-8 $ MODSEQ 1
        S: * OK [HIGHESTMODSEQ 8] …
        S: * SORT 4 3 (MODSEQ 5)
        S: F05 OK …
      `)
    }))

  it.effect("§3 THREAD by subject and by references, of numbers and uids", () =>
    Effect.gen(function*() {
      const { play } = yield* withFive
      yield* play(`
        C: A283 THREAD ORDEREDSUBJECT UTF-8 SINCE 5-MAR-1960
        S: * THREAD (3 5)(1 (4)(2))
        S: A283 OK THREAD done
        C: A284 THREAD REFERENCES US-ASCII ALL
        S: * THREAD (3 5)(1 (4)(2))
        S: A284 OK …
        C: A285 UID THREAD REFERENCES UTF-8 UID 3:5
        S: * THREAD (4)((5)(3))
        S: A285 OK …
        C: A286 THREAD REFERENCES UTF-8 TEXT "gewp"
        S: * THREAD
        S: A286 OK …
      `)
    }))

  it.effect("§3 numbers keep their meaning during SORT and THREAD", () =>
    Effect.gen(function*() {
      const { play } = yield* withFive
      yield* play(String.raw`
        C2: - SELECT INBOX
        S2: * FLAGS …
        S2: * 5 EXISTS
        S2: * 0 RECENT
        S2: * OK [UNSEEN 1] …
        S2: * OK [PERMANENTFLAGS …
        S2: * OK [UIDVALIDITY …
        S2: * OK [UIDNEXT …
        S2: * OK [HIGHESTMODSEQ …
        S2: * OK [MAILBOXID …
        S2: - OK …
        C2: a STORE 1 +FLAGS.SILENT (\Deleted)
        S2: a OK …
        C2: b EXPUNGE
        S2: * 1 EXPUNGE
        S2: b OK …
        C: a SORT (DATE) UTF-8 ALL
        S: * SORT 3 4 2 5
        S: a OK [EXPUNGEISSUED] …
        C: b THREAD ORDEREDSUBJECT UTF-8 ALL
        S: * THREAD (3 5)(4 2)
        S: b OK [EXPUNGEISSUED] …
        C: c UID SORT (DATE) UTF-8 ALL
        S: * SORT 4 5 3 6
        S: * 1 EXPUNGE
        S: c OK …
      `)
    }))
})
