/** FETCH and SEARCH by what the store derives: PREVIEW, SAVEDATE, OBJECTID, WITHIN, PARTIAL. */
import { describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { makeStage, message, onEachStore, transcript } from "./Transcript.ts"

const DAY = 86_400_000

onEachStore("RFC 8970 PREVIEW", (options) => {
  it.effect("§4 the text's beginning, lazily or not; in UTF-8; nothing of a message without text", () =>
    Effect.gen(function*() {
      const { deliver, play } = yield* makeStage({ ...options, begin: "selected" })
      yield* deliver(message("a: b\n\nPreview text!\n"))
      yield* deliver(message("Content-Type: text/plain; charset=utf-8\n\nGrüße\n"))
      yield* deliver(message("Content-Type: image/png\n\nx"))
      yield* play(`
        C: A1 FETCH 1 (PREVIEW)
        S: * 1 FETCH (PREVIEW "Preview text!")
        S: A1 OK …
        C: A2 FETCH 1:3 (UID PREVIEW (LAZY))
        S: * 1 FETCH (UID 1 PREVIEW "Preview text!")
        S: * 2 FETCH (UID 2 PREVIEW {7}
        S: Grüße)
        S: * 3 FETCH (UID 3 PREVIEW "")
        S: A2 OK …
        C: A3 FETCH 1 (PREVIEW (EAGER))
        S: A3 BAD expected a word (at character 21)
      `)
    }))
})

onEachStore("RFC 8514 SAVEDATE", (options) => {
  it.effect("§4.1 when it came into this mailbox, §4.3 SEARCH by it", () =>
    Effect.gen(function*() {
      const { deliver, play } = yield* makeStage(options)
      yield* TestClock.setTime(10 * DAY)
      yield* deliver("a: 1\r\n\r\n")
      yield* TestClock.setTime(12 * DAY + 1000)
      yield* deliver("a: 2\r\n\r\n")
      yield* play(`
        C: s SELECT INBOX
        S: * FLAGS …
        S: * 2 EXISTS
        S: * 0 RECENT
        S: * OK [UNSEEN 1] …
        S: * OK [PERMANENTFLAGS …
        S: * OK [UIDVALIDITY …
        S: * OK [UIDNEXT …
        S: * OK [HIGHESTMODSEQ …
        S: * OK [MAILBOXID …
        S: s OK …
        C: a UID FETCH 1:2 (SAVEDATE INTERNALDATE)
        S: * 1 FETCH (UID 1 SAVEDATE "11-Jan-1970 00:00:00 +0000" INTERNALDATE " 1-Jan-1970 00:00:00 +0000")
        S: * 2 FETCH (UID 2 SAVEDATE "13-Jan-1970 00:00:01 +0000" INTERNALDATE " 1-Jan-1970 00:00:00 +0000")
        S: a OK …
        C: b SEARCH SAVEDBEFORE 13-Jan-1970
        S: * SEARCH 1
        S: b OK …
        C: c SEARCH SAVEDON 13-Jan-1970
        S: * SEARCH 2
        S: c OK …
        C: d SEARCH SAVEDSINCE 11-Jan-1970
        S: * SEARCH 1 2
        S: d OK …
        C: e SEARCH SAVEDATESUPPORTED NOT SAVEDON 13-Jan-1970
        S: * SEARCH 1
        S: e OK …
      `)
    }))
})

onEachStore("RFC 8474 OBJECTID", (options) => {
  it.effect("§5.1 EMAILID goes with a copy, §5.2 THREADID with answers; §5.3 SEARCH by both", () =>
    Effect.gen(function*() {
      const { deliver, play } = yield* makeStage({ ...options, begin: "selected" })
      yield* deliver(message("Message-ID: <1@x>\nSubject: a\n\n"))
      yield* deliver(message("Message-ID: <2@x>\nReferences: <1@x>\nSubject: re: a\n\n"))
      yield* deliver(message("Message-ID: <3@x>\nSubject: other\n\n"))
      yield* play(`
        C: a FETCH 1 (EMAILID THREADID)
        S: * 1 FETCH (EMAILID («first») THREADID («thread»))
        S: a OK …
        C: b UID FETCH 2 (THREADID)
        S: * 2 FETCH (UID 2 THREADID («thread»))
        S: b OK …
        C: c FETCH 3 (EMAILID)
        S: * 3 FETCH (EMAILID («third»))
        S: c OK …
        C: d SEARCH THREADID «thread»
        S: * SEARCH 1 2
        S: d OK …
        C: e SEARCH OR EMAILID «third» EMAILID no-such_id
        S: * SEARCH 3
        S: e OK …
        C: f COPY 1 INBOX
        S: * 4 EXISTS
        S: f OK …
        C: g SEARCH EMAILID «first»
        S: * SEARCH 1 4
        S: g OK …
        C: h SEARCH EMAILID a.b
        S: h BAD an object id has letters, digits, _ and - only (at character 18)
      `)
    }))
})

onEachStore("RFC 5032 WITHIN", (options) => {
  it.effect("§3 YOUNGER and OLDER count seconds from now", () =>
    Effect.gen(function*() {
      const { deliver, play } = yield* makeStage({ ...options, begin: "selected" })
      yield* TestClock.setTime(10 * DAY)
      yield* deliver("a: 1\r\n\r\n", { at: 0 })
      yield* deliver("a: 2\r\n\r\n", { at: 7 * DAY })
      yield* deliver("a: 3\r\n\r\n", { at: 10 * DAY - 1000 })
      yield* play(`
        C: a1 SEARCH UNSEEN YOUNGER 259200
        S: * SEARCH 2 3
        S: a1 OK …
        C: a2 SEARCH OLDER 259200
        S: * SEARCH 1 2
        S: a2 OK …
        C: a3 SEARCH YOUNGER 0
        S: a3 BAD expected a number above 0 (at character 19)
      `)
    }))
})

onEachStore("RFC 9394 PARTIAL", (options) => {
  const withTwenty = Effect.gen(function*() {
    const stage = yield* makeStage({ ...options, begin: "selected" })
    const { id } = yield* stage.store.mailbox("INBOX")
    const one = { bytes: new TextEncoder().encode("a: b\r\n\r\n"), flags: [], internalDate: 0 }
    yield* stage.store.append(id, Array.from({ length: 20 }, () => one))
    return stage
  })

  it.effect("§3.1 SEARCH: pages of the result, from its beginning or its end", () =>
    Effect.gen(function*() {
      const { play } = yield* withTwenty
      yield* play(String.raw`
        C: A01 UID SEARCH RETURN (PARTIAL -1:-5) UNDELETED
        S: * ESEARCH (TAG "A01") UID PARTIAL (-1:-5 16:20)
        S: A01 OK …
        C: A02 UID SEARCH RETURN (PARTIAL 6:3 COUNT) UNDELETED
        S: * ESEARCH (TAG "A02") UID PARTIAL (3:6 3:6) COUNT 20
        S: A02 OK …
        C: A03 UID SEARCH RETURN (PARTIAL 24:30) UNDELETED
        S: * ESEARCH (TAG "A03") UID PARTIAL (24:30 NIL)
        S: A03 OK …
        C: A04 UID SEARCH RETURN (PARTIAL 18:30 SAVE) UNDELETED
        S: * ESEARCH (TAG "A04") UID PARTIAL (18:30 18:20)
        S: A04 OK …
        C: A05 SEARCH $
        S: * SEARCH 18 19 20
        S: A05 OK …
        C: A06 UID SEARCH RETURN (PARTIAL -19:-30) ALL
        S: * ESEARCH (TAG "A06") UID PARTIAL (-19:-30 1:2)
        S: A06 OK …
        C: A07 UID SEARCH RETURN (PARTIAL 1:2 ALL) ALL
        S: A07 BAD ask for ALL or PARTIAL, not for both (at character 23)
        C: A08 UID SEARCH RETURN (PARTIAL -1:2) ALL
        S: A08 BAD expected a range such as 1:500 or -1:-500 (at character 35)
      `)
    }))

  it.effect("§3.3 UID FETCH: so many of those that there are, §3.4 with CHANGEDSINCE", () =>
    Effect.gen(function*() {
      const { play } = yield* withTwenty
      yield* play(String.raw`
        C: 10 UID FETCH 5:10 (UID) (PARTIAL -1:-2)
        S: * 9 FETCH (UID 9)
        S: * 10 FETCH (UID 10)
        S: 10 OK …
        C: 11 UID FETCH 1:* (UID) (PARTIAL 2:2)
        S: * 2 FETCH (UID 2)
        S: 11 OK …
        C: 12 UID STORE 1,20 +FLAGS.SILENT (\Seen)
        S: 12 OK …
        C: 13 UID FETCH 1:* (FLAGS) (PARTIAL -1:-10 CHANGEDSINCE 2)
        S: * OK [HIGHESTMODSEQ 3] …
        S: * 20 FETCH (UID 20 MODSEQ (3) FLAGS (\Seen))
        S: 13 OK …
        C: 14 FETCH 1:* (FLAGS) (PARTIAL 1:10)
        S: 14 BAD PARTIAL goes with UID FETCH only (at character 22)
      `)
    }))
})

describe("RFC 9394 PARTIAL", () => {
  it.effect("nothing is in a page of an empty mailbox", () =>
    transcript(
      `
      C: a UID SEARCH RETURN (PARTIAL -1:-5) ALL
      S: * ESEARCH (TAG "a") UID PARTIAL (-1:-5 NIL)
      S: a OK …
    `,
      { begin: "selected" }
    ))
})
