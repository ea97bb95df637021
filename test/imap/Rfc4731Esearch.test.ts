/** ESEARCH and SEARCHRES: the RFCs' examples on a mailbox of our own. */
import { it } from "@effect/vitest"
import { Effect } from "effect"
import { makeStage, onEachStore } from "./Transcript.ts"

onEachStore("RFC 4731 ESEARCH, RFC 5182 SEARCHRES", (options) => {
  /** Uids 2, 4, 6 ... 20, flagged those by 4: numbers 2, 4 ... 10. */
  const withTen = Effect.gen(function*() {
    const stage = yield* makeStage(options)
    const { id } = yield* stage.store.mailbox("INBOX")
    for (let at = 1; at <= 20; at++) {
      const flags = at % 2 === 1 ? ["\\Deleted"] : at % 4 === 0 ? ["\\Flagged"] : []
      yield* stage.deliver(`Subject: ${at}\r\n\r\n`, { flags })
    }
    yield* stage.store.expunge(id)
    const peer = yield* stage.peer(1)
    yield* peer.send("- SELECT INBOX\r\n")
    while (!(yield* peer.line).startsWith("- OK")) continue
    return stage
  })

  it.effect("RFC 4731 §3.1 each return option, and none at all", () =>
    Effect.gen(function*() {
      const { play } = yield* withTen
      yield* play(String.raw`
        C: A282 SEARCH RETURN (MIN COUNT) FLAGGED SINCE 1-Feb-1960 NOT FROM "Smith"
        S: * ESEARCH (TAG "A282") MIN 2 COUNT 5
        S: A282 OK …
        C: A283 SEARCH RETURN () FLAGGED
        S: * ESEARCH (TAG "A283") ALL 2,4,6,8,10
        S: A283 OK …
        C: A284 SEARCH RETURN (MIN) FLAGGED
        S: * ESEARCH (TAG "A284") MIN 2
        S: A284 OK …
        C: A285 UID SEARCH RETURN (MIN MAX) 1:5000
        S: A285 BAD There are not so many messages in this mailbox
        C: A285 UID SEARCH RETURN (MIN MAX) UID 1:5000
        S: * ESEARCH (TAG "A285") UID MIN 2 MAX 20
        S: A285 OK …
        C: A286 SEARCH RETURN (ALL) 2:5,7
        S: * ESEARCH (TAG "A286") ALL 2:5,7
        S: A286 OK …
        C: A287 UID SEARCH RETURN (ALL COUNT) CHARSET UTF-8 DELETED
        S: * ESEARCH (TAG "A287") UID COUNT 0
        S: A287 OK …
        C: A288 SEARCH RETURN (MIN ALL) KEYWORD none
        S: * ESEARCH (TAG "A288")
        S: A288 OK …
        C: A289 SEARCH RETURN (SOME) ALL
        S: A289 BAD there is no such return option (at character 21)
        C: A290 SEARCH FLAGGED
        S: * SEARCH 2 4 6 8 10
        S: A290 OK …
      `)
    }))

  it.effect("RFC 5182 §2.4.1 what was found, in FETCH, STORE and SEARCH (examples 1 to 5)", () =>
    Effect.gen(function*() {
      const { play } = yield* withTen
      yield* play(String.raw`
        C: A282 SEARCH RETURN (SAVE) FLAGGED
        S: A282 OK …
        C: A283 FETCH $ (UID)
        S: * 2 FETCH (UID 4)
        S: * 4 FETCH (UID 8)
        S: * 6 FETCH (UID 12)
        S: * 8 FETCH (UID 16)
        S: * 10 FETCH (UID 20)
        S: A283 OK …
        C: A300 SEARCH RETURN (SAVE) UID 1:14
        S: A300 OK …
        C: A301 UID SEARCH UID $ FLAGGED
        S: * SEARCH 4 8 12
        S: A301 OK …
        C: A302 SEARCH $ FLAGGED
        S: * SEARCH 2 4 6
        S: A302 OK …
        C: P282 SEARCH RETURN (SAVE MIN COUNT) FLAGGED
        S: * ESEARCH (TAG "P282") MIN 2 COUNT 5
        S: P282 OK …
        C: P283 UID STORE $ +FLAGS.SILENT (\Seen)
        S: P283 OK …
        C: P284 SEARCH RETURN (COUNT ALL) (OR $ 1 SEEN)
        S: * ESEARCH (TAG "P284") ALL 2,4,6,8,10 COUNT 5
        S: P284 OK …
        C: P285 COPY $ Trash
        S: P285 OK [COPYUID … 4,8,12,16,20 1:5] Copied
        C: P286 UID MOVE $ Archive
        S: * OK [COPYUID … 4,8,12,16,20 1:5] Moved
        S: * 2 EXPUNGE
        S: * 3 EXPUNGE
        S: * 4 EXPUNGE
        S: * 5 EXPUNGE
        S: * 6 EXPUNGE
        S: P286 OK …
        C: P287 FETCH $ FLAGS
        S: P287 OK …
      `)
    }))

  it.effect("RFC 5182 §2.1 MIN and MAX save what they tell, and what vanishes leaves it", () =>
    Effect.gen(function*() {
      const { play } = yield* withTen
      yield* play(String.raw`
        C: a SEARCH RETURN (SAVE MIN) FLAGGED
        S: * ESEARCH (TAG "a") MIN 2
        S: a OK …
        C: b FETCH $ UID
        S: * 2 FETCH (UID 4)
        S: b OK …
        C: c UID SEARCH RETURN (SAVE MIN MAX) ALL
        S: * ESEARCH (TAG "c") UID MIN 2 MAX 20
        S: c OK …
        C: d STORE 1 +FLAGS.SILENT (\Deleted)
        S: d OK …
        C: e UID EXPUNGE $
        S: * 1 EXPUNGE
        S: e OK …
        C: f FETCH $ UID
        S: * 9 FETCH (UID 20)
        S: f OK …
      `)
    }))

  it.effect("RFC 5182 §2.1 it is empty at first, after SELECT and after NO; BAD leaves it", () =>
    Effect.gen(function*() {
      const { play } = yield* withTen
      yield* play(`
        C: a FETCH $ UID
        S: a OK …
        C: b UID SEARCH RETURN (SAVE) UID 2
        S: b OK …
        C: c SEARCH RETURN (SAVE) 99
        S: c BAD …
        C: d SEARCH $
        S: * SEARCH 1
        S: d OK …
        C: e SEARCH RETURN (SAVE) CHARSET KOI8-R ALL
        S: e NO [BADCHARSET (US-ASCII UTF-8)] …
        C: f SEARCH $
        S: * SEARCH
        S: f OK …
        C: g UID SEARCH RETURN (SAVE) UID 2
        S: g OK …
        C: h EXAMINE INBOX
        S: * OK [CLOSED] …
        S: * FLAGS …
        S: * 10 EXISTS
        S: * 0 RECENT
        S: * OK [UNSEEN 1] …
        S: * OK [PERMANENTFLAGS …
        S: * OK [UIDVALIDITY …
        S: * OK [UIDNEXT …
        S: * OK [HIGHESTMODSEQ …
        S: * OK [MAILBOXID …
        S: h OK …
        C: i SEARCH $
        S: * SEARCH
        S: i OK …
      `)
    }))
})
