import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Schema, Stream } from "effect"
import { parse } from "../../src/adapters/imap/grammar/MessageUrl.ts"
import { MAX_MESSAGE } from "../../src/adapters/imap/Limits.ts"
import * as UidSet from "../../src/domain/mailbox/UidSet.ts"
import { latin1 } from "../../src/domain/message/Latin1.ts"
import { makeStage, message, onEachStore, type Options } from "./Transcript.ts"

const BOUNDARY = "------------030308070208000400050907"

/** As the RFC has it: two parts, text and an attachment. */
const ORIGINAL = message(`From: bar@example.org
Subject: About our holiday trip
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="${BOUNDARY}"

--${BOUNDARY}
Content-Type: text/plain; charset=us-ascii

Our travel agent has sent the updated schedule.

--${BOUNDARY}
Content-Type: application/x-zip-compressed
Content-Transfer-Encoding: base64

UEsDBAoAAAAAAA==

--${BOUNDARY}--
`)

/** The first message of Drafts is the original, the second any other. */
const withDrafts = Effect.fnUntraced(function*(options?: Options) {
  const stage = yield* makeStage(options)
  yield* stage.deliver(ORIGINAL, { mailbox: "Drafts" })
  yield* stage.deliver("a: 2\r\n\r\nthe new attachment", { mailbox: "Drafts" })
  yield* stage.play("C: s STATUS Drafts (UIDVALIDITY)\nS: * STATUS Drafts (UIDVALIDITY «validity»)\nS: s OK …")
  return stage
})

const lastOf = Effect.fnUntraced(function*(store: Effect.Success<ReturnType<typeof makeStage>>["store"]) {
  const { id } = yield* store.mailbox("Drafts")
  const all = yield* Stream.runCollect(store.fetch(id, UidSet.all, { bytes: true }))
  const { bytes, flags } = all.at(-1) ?? assert.fail()
  return { text: latin1(bytes ?? assert.fail()), flags }
})

onEachStore("RFC 4469 CATENATE", (options) => {
  it.effect("appendix A, example 1: another attachment for a draft", () =>
    Effect.gen(function*() {
      const { play, store } = yield* withDrafts(options)
      yield* play(String.raw`
        C: A003 APPEND Drafts (\Seen \Draft $MDNSent) CATENATE (URL "/Drafts;UIDVALIDITY=«validity»/;UID=1/;section=HEADER" TEXT {42}
        S: + Ready for the literal
        C:
        C: --${BOUNDARY}
        C:  URL "/Drafts;UIDVALIDITY=«validity»/;UID=1/;section=1.MIME" URL "/Drafts;UIDVALIDITY=«validity»/;UID=1/;section=1" TEXT {42}
        S: + Ready for the literal
        C:
        C: --${BOUNDARY}
        C:  URL "/Drafts;UIDVALIDITY=«validity»/;UID=2" TEXT {44}
        S: + Ready for the literal
        C:
        C: --${BOUNDARY}--
        C: )
        S: A003 OK [APPENDUID «validity» 3] Appended
      `)
      const { flags, text } = yield* lastOf(store)
      const [header = "", part = ""] = ORIGINAL.split(`--${BOUNDARY}\r\n`)
      const separator = `\r\n--${BOUNDARY}`
      const body = part.slice(0, -2)
      assert.strictEqual(
        text,
        `${header}${separator}\r\n${body}${separator}\r\na: 2\r\n\r\nthe new attachment${separator}--\r\n`
      )
      assert.sameMembers([...flags], ["\\Seen", "\\Draft", "$MDNSent"])
    }))

  it.effect("appendix A, example 4: a URL of nothing appends nothing, of this message and the others", () =>
    Effect.gen(function*() {
      const { play } = yield* withDrafts(options)
      yield* play(String.raw`
        C: A003 APPEND Sent (\Seen $MDNSent) {4+}
        C: a: b CATENATE (TEXT {4}
        S: + Ready for the literal
        C: a: b URL "/Drafts;UIDVALIDITY=«validity»/;UID=1" TEXT {2+}
        C:
        C:  URL "/INBOX;UIDVALIDITY=785799047/;UID=113330/;section=1.5.9")
        S: A003 NO [BADURL "/INBOX;UIDVALIDITY=785799047/;UID=113330/;section=1.5.9"] …
        C: b STATUS Sent (MESSAGES)
        S: * STATUS Sent (MESSAGES 0)
        S: b OK …
      `)
    }))

  it.effect("§3 URLs begin at the selected mailbox or at the account; they may take a piece; \\Seen stays as it was", () =>
    Effect.gen(function*() {
      const { play } = yield* withDrafts(options)
      yield* play(String.raw`
        C: a APPEND Archive CATENATE (URL ";UID=2")
        S: a NO [BADURL ";UID=2"] There is no such mailbox (any more)
        C: b SELECT Drafts
        S: (until) b OK …
        C: c APPEND Drafts CATENATE (URL ";UID=2/;PARTIAL=0.8" URL "/drafts/;UID=2")
        S: c NO [BADURL "/drafts/;UID=2"] …
        C: d APPEND Drafts CATENATE (URL ";UID=2/;PARTIAL=0.4" TEXT {3+}
        C:
        C: x URL "/%44rafts/;uid=2/;section=TEXT/;partial=4")
        S: * 3 EXISTS
        S: d OK …
        C: e FETCH 1:3 (FLAGS BODY.PEEK[]<0.30>)
        S: * 1 FETCH (FLAGS () BODY[]<0> {30}
        S: From: bar@example.org
        S: Subject)
        S: * 2 FETCH (FLAGS () BODY[]<0> {26}
        S: a: 2
        S:
        S: the new attachment)
        S: * 3 FETCH (FLAGS () BODY[]<0> {21}
        S: a: 2
        S: xnew attachment)
        S: e OK …
      `)
    }))

  it.effect("§4.1 what no URL names, and why", () =>
    Effect.gen(function*() {
      const { play } = yield* withDrafts(options)
      const wrong = [
        ["imap://alice@leap.test/Drafts/;UID=1", "A part is named as /mailbox/;UID=1/;SECTION=1.2"],
        ["http://example.org/", "A part is named as /mailbox/;UID=1/;SECTION=1.2"],
        ["/Drafts", "A part is named as /mailbox/;UID=1/;SECTION=1.2"],
        ["/Drafts/;UID=0", "A part is named as /mailbox/;UID=1/;SECTION=1.2"],
        ["/Drafts/;UID=1/;SECTION=1.HEADERS", "A part is named as /mailbox/;UID=1/;SECTION=1.2"],
        ["/Drafts/;UID=1/;URLAUTH=anonymous", "A part is named as /mailbox/;UID=1/;SECTION=1.2"],
        ["/%FF/;UID=1", "A part is named as /mailbox/;UID=1/;SECTION=1.2"],
        ["/New/;UID=1", "There is no such mailbox (any more)"],
        ["/Drafts;UIDVALIDITY=1000000/;UID=1", "The mailbox is another one by now: its UIDVALIDITY has changed"],
        ["/Drafts/;UID=9", "There is no such message (any more)"],
        ["/Drafts/;UID=1/;SECTION=3", "The message has no such part"],
        ["/Drafts/;UID=1/;SECTION=1.HEADER", "The message has no such part"]
      ] as const
      for (const [url, why] of wrong) {
        yield* play(`C: a APPEND Drafts CATENATE (URL "${url}")\nS: a NO [BADURL "${url}"] ${why}`)
      }
      yield* play(String.raw`
        C: b APPEND Drafts CATENATE (URL "/]\"é\\")
        S: b NO [BADURL "/%5D%22%C3%A9%5C"] …
        C: c APPEND Drafts CATENATE ()
        S: c BAD expected a word (at character 27)
        C: d APPEND Drafts CATENATE (FILE "/etc/passwd")
        S: d BAD expected TEXT or URL (at character 27)
        C: e APPEND Drafts CATENATE (TEXT {0+}
        C: )
        S: e NO A message has at least one octet: nothing was appended
        C: f STATUS Drafts (MESSAGES)
        S: * STATUS Drafts (MESSAGES 2)
        S: f OK …
      `)
    }))
})

describe("RFC 4469 §4.2 TOOBIG", () => {
  it.effect("no list of URLs makes a message larger than one may be", () =>
    Effect.gen(function*() {
      const { deliver, peer, play } = yield* makeStage()
      yield* deliver(new Uint8Array(MAX_MESSAGE / 2 + 1).fill(120))
      const url = `"/INBOX/;UID=1"`
      yield* (yield* peer(1)).send(`a APPEND Sent CATENATE (URL ${url} URL ${url})\r\n`)
      yield* play(`
        S: a NO [TOOBIG] All messages of a command together have at most ${MAX_MESSAGE} octets
        C: b APPEND Sent CATENATE (URL "/INBOX/;UID=1") CATENATE (URL "/INBOX/;UID=1")
        S: b NO [TOOBIG] …
        C: c STATUS Sent (MESSAGES)
        S: * STATUS Sent (MESSAGES 0)
        S: c OK …
      `)
    }))
})

const piece = Arbitrary.schema(
  Schema.Literals([
    "/",
    ";",
    ";UID=",
    ";SECTION=",
    ";PARTIAL=",
    ";UIDVALIDITY=",
    "%",
    "%41",
    "%FF",
    "1",
    "0",
    ".",
    "[",
    "]",
    "TEXT",
    "a",
    "?",
    "ü"
  ])
)

describe("RFC 5092 URLs of messages", () => {
  it("names mailbox, message, section and piece", () => {
    assert.deepStrictEqual(
      parse("/a/b%20%C3%BC;UIDVALIDITY=7/;UID=20/;SECTION=1.2.HEADER.FIELDS%20(a%20b)/;PARTIAL=3.4"),
      {
        mailbox: "a/b ü",
        uidValidity: 7,
        uid: 20,
        section: { path: [1, 2], text: "HEADER.FIELDS", fields: ["a", "b"] },
        partial: { offset: 3, length: 4 }
      }
    )
  })

  it.prop("any text is one, or none, and never more than that", {
    pieces: Arbitrary.array(piece, { maxLength: 12 })
  }, ({ pieces }) => {
    const url = parse(pieces.join(""))
    assert.isTrue(url === undefined || url.uid > 0)
  })
})
