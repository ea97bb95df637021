import { describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { makeStage, message, onEachStore } from "./Transcript.ts"

const SIMPLE = message(`Date: Mon, 7 Feb 1994 21:52:25 -0800 (PST)
From: Fred Foobar <foobar@Blurdybloop.COM>
Subject: afternoon meeting
To: mooch@owatagu.siam.edu
Message-Id: <B27397-0100000@Blurdybloop.COM>
MIME-Version: 1.0
Content-Type: TEXT/PLAIN; CHARSET=US-ASCII

Hello Joe, do you think we can meet at 3:30 tomorrow?
`)
const AT = Date.UTC(1994, 1, 8, 5, 52, 25)

const ENVELOPE = String
  .raw`("Mon, 7 Feb 1994 21:52:25 -0800 (PST)" "afternoon meeting" (("Fred Foobar" NIL "foobar" "Blurdybloop.COM")) (("Fred Foobar" NIL "foobar" "Blurdybloop.COM")) (("Fred Foobar" NIL "foobar" "Blurdybloop.COM")) ((NIL NIL "mooch" "owatagu.siam.edu")) NIL NIL NIL "<B27397-0100000@Blurdybloop.COM>")`
const FAST = String
  .raw`FLAGS (\Draft \Seen keyword) INTERNALDATE " 8-Feb-1994 05:52:25 +0000" RFC822.SIZE ${SIMPLE.length}`
const BODY = `("text" "plain" ("charset" "US-ASCII") NIL NIL "7bit" 55 1)`

onEachStore("RFC 3501 §6.4.5 FETCH, data items", (options) => {
  const withOne = Effect.gen(function*() {
    const stage = yield* makeStage({ ...options, begin: "selected" })
    yield* stage.deliver(SIMPLE, { flags: ["\\Seen", "\\Draft", "keyword"], at: AT })
    return stage
  })

  it.effect("every item, and the macros ALL, FAST and FULL", () =>
    Effect.gen(function*() {
      const { play } = yield* withOne
      yield* play(String.raw`
        C: a FETCH 1 FLAGS
        S: * 1 FETCH (FLAGS (\Draft \Seen keyword))
        S: a OK …
        C: b FETCH 1 (UID RFC822.SIZE)
        S: * 1 FETCH (UID 1 RFC822.SIZE ${SIMPLE.length})
        S: b OK …
        C: c FETCH 1 INTERNALDATE
        S: * 1 FETCH (INTERNALDATE " 8-Feb-1994 05:52:25 +0000")
        S: c OK …
        C: d FETCH 1 ENVELOPE
        S: * 1 FETCH (ENVELOPE ${ENVELOPE})
        S: d OK …
        C: e FETCH 1 BODY
        S: * 1 FETCH (BODY ${BODY})
        S: e OK …
        C: f FETCH 1 BODYSTRUCTURE
        S: * 1 FETCH (BODYSTRUCTURE ("text" "plain" ("charset" "US-ASCII") NIL NIL "7bit" 55 1 NIL NIL NIL NIL))
        S: f OK …
        C: g FETCH 1 FAST
        S: * 1 FETCH (${FAST})
        S: g OK …
        C: h FETCH 1 all
        S: * 1 FETCH (${FAST} ENVELOPE ${ENVELOPE})
        S: h OK …
        C: i FETCH 1 FULL
        S: * 1 FETCH (${FAST} ENVELOPE ${ENVELOPE} BODY ${BODY})
        S: i OK …
        C: j UID FETCH 1 RFC822.SIZE
        S: * 1 FETCH (UID 1 RFC822.SIZE ${SIMPLE.length})
        S: j OK …
        C: k UID FETCH 1 (RFC822.SIZE UID)
        S: * 1 FETCH (RFC822.SIZE ${SIMPLE.length} UID 1)
        S: k OK …
      `)
    }))

  it.effect("§7.4.2 what quotes cannot hold is a literal", () =>
    Effect.gen(function*() {
      const { deliver, play } = yield* makeStage({ ...options, begin: "selected" })
      yield* deliver("Subject: caf\xe9 \"x\"\r\nFrom: \"a \\\"b\\\"\" <c@d>\r\nDate: today\r\n\r\n")
      yield* play(String.raw`
        C: a FETCH 1 ENVELOPE
        S: * 1 FETCH (ENVELOPE ("today" {8}
        S: …"x" (("a \"b\"" NIL "c" "d")) (("a \"b\"" NIL "c" "d")) (("a \"b\"" NIL "c" "d")) NIL NIL NIL NIL NIL))
        S: a OK …
      `)
    }))

  it.effect("BODYSTRUCTURE of a message in a message, and of a multipart without parts", () =>
    Effect.gen(function*() {
      const { deliver, play } = yield* makeStage({ ...options, begin: "selected" })
      yield* deliver("Content-Type: message/rfc822\r\n\r\nSubject: in\r\nContent-Type: text/html\r\n\r\n<p>\r\n")
      yield* deliver("Content-Type: message/global\r\n\r\nSubject: in\r\n\r\nx")
      yield* deliver("Content-Type: multipart/mixed; boundary=b\r\n\r\nnothing")
      yield* play(String.raw`
        C: a FETCH 1:3 BODYSTRUCTURE
        S: * 1 FETCH (BODYSTRUCTURE ("message" "rfc822" NIL NIL NIL "7bit" 45 (NIL "in" NIL NIL NIL NIL NIL NIL NIL NIL) ("text" "html" NIL NIL NIL "7bit" 5 1 NIL NIL NIL NIL) 4 NIL NIL NIL NIL))
        S: * 2 FETCH (BODYSTRUCTURE ("message" "global" NIL NIL NIL "7bit" 16 (NIL "in" NIL NIL NIL NIL NIL NIL NIL NIL) ("text" "plain" NIL NIL NIL "7bit" 1 0 NIL NIL NIL NIL) 2 NIL NIL NIL NIL))
        S: * 3 FETCH (BODYSTRUCTURE (("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0) "mixed" ("boundary" "b") NIL NIL NIL))
        S: a OK …
      `)
    }))
})

describe("RFC 3501 §6.4.5 FETCH, §6.4.8 UID FETCH, which messages", () => {
  const withFour = Effect.gen(function*() {
    const stage = yield* makeStage({ begin: "selected" })
    for (let at = 1; at <= 5; at++) yield* stage.deliver(`a: ${at}\r\n\r\n`, { flags: at === 2 ? ["\\Deleted"] : [] })
    yield* stage.play("C: a EXPUNGE\nS: * 2 EXPUNGE\nS: a OK …")
    return stage
  })

  it.effect("sets are sets: each message once, in the order of the mailbox", () =>
    Effect.gen(function*() {
      const { play } = yield* withFour
      yield* play(`
        C: a FETCH 3,1,1:2,*,2 UID
        S: * 1 FETCH (UID 1)
        S: * 2 FETCH (UID 3)
        S: * 3 FETCH (UID 4)
        S: * 4 FETCH (UID 5)
        S: a OK …
        C: b FETCH 4:3 UID
        S: * 3 FETCH (UID 4)
        S: * 4 FETCH (UID 5)
        S: b OK …
        C: c FETCH *:* UID
        S: * 4 FETCH (UID 5)
        S: c OK …
      `)
    }))

  it.effect("a number past the last is BAD, a uid that is not there is nothing", () =>
    Effect.gen(function*() {
      const { play } = yield* withFour
      yield* play(`
        C: a FETCH 5 UID
        S: a BAD There are not so many messages in this mailbox
        C: b FETCH 2:5 UID
        S: b BAD There are not so many messages in this mailbox
        C: c FETCH 4294967295 UID
        S: c BAD There are not so many messages in this mailbox
        C: d UID FETCH 2,6:4294967294 FLAGS
        S: d OK …
        C: e UID FETCH 2:3 FLAGS
        S: * 2 FETCH (UID 3 FLAGS ())
        S: e OK …
        C: f UID FETCH 9:* FLAGS
        S: * 4 FETCH (UID 5 FLAGS ())
        S: f OK …
      `)
    }))

  it.effect("in an empty mailbox * is nothing, and a number too much", () =>
    Effect.gen(function*() {
      const { play } = yield* makeStage({ begin: "selected" })
      yield* play(`
        C: a FETCH 1:* FLAGS
        S: a OK …
        C: b UID FETCH 1:* FLAGS
        S: b OK …
        C: c FETCH * FLAGS
        S: c OK …
        C: d FETCH 1 FLAGS
        S: d BAD …
      `)
    }))
})
