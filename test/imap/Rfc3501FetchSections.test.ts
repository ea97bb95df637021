import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import * as UidSet from "../../src/domain/mailbox/UidSet.ts"
import { latin1 } from "../../src/domain/message/Latin1.ts"
import { MailStoreError } from "../../src/ports/MailStore.ts"
import { fixtures } from "../domain/message/Fixtures.ts"
import { makeStage, message, onEachStore, type Peer } from "./Transcript.ts"

/** The one literal or NIL of a FETCH of one section, and the name it goes by. */
const fetchSection = Effect.fnUntraced(function*(client: Peer, number: number, item: string) {
  yield* client.send(`t FETCH ${number} ${item}\r\n`)
  const first = yield* client.line
  const found = /^\* \d+ FETCH \((?:FLAGS \([^)]*\) )?(\S+(?: \([^)]*\)\](?:<\d+>)?)?) (?:\{(\d+)\}|NIL\))$/.exec(first)
  if (found === null) return assert.fail(first)
  const [, name = "", octets] = found
  let text: string | undefined
  if (octets !== undefined) {
    text = yield* client.line
    while (text.length < Number(octets)) text += `\r\n${yield* client.line}`
    assert.strictEqual(text.slice(Number(octets)), ")")
    text = text.slice(0, Number(octets))
  }
  assert.match(yield* client.line, /^t OK/)
  return { name, text }
})

/** The message of RFC 3501 §6.4.5, "an example of a complex message with some of its part specifiers". */
const MESSAGE = message(`From: a@leap.test
Content-Type: multipart/mixed; boundary=A

preamble
--A

part 1
--A
Content-Type: application/octet-stream

part 2
--A
Content-Type: message/rfc822

Subject: three
Content-Type: multipart/mixed; boundary=B

--B

part 3.1
--B
Content-Type: application/octet-stream

part 3.2
--B--
--A
Content-Type: multipart/mixed; boundary=C

--C
Content-Type: image/gif
Content-ID: <gif>

part 4.1
--C
Content-Type: message/rfc822
Content-Description: four two

Subject: four two
Content-Type: multipart/mixed; boundary=D

--D

part 4.2.1
--D
Content-Type: multipart/alternative; boundary=E

--E

part 4.2.2.1
--E
Content-Type: text/richtext

part 4.2.2.2
--E--
--D--
--C--
--A--
`)

const between = (from: string, to: string): string => {
  const start = MESSAGE.indexOf(from)
  return MESSAGE.slice(start, MESSAGE.indexOf(to, start + 1))
}

const sections: ReadonlyArray<readonly [section: string, text: string | undefined]> = [
  ["", MESSAGE],
  ["HEADER", between("From:", "preamble")],
  ["TEXT", MESSAGE.slice(MESSAGE.indexOf("preamble"))],
  ["1", "part 1"],
  ["1.MIME", "\r\n"],
  ["2", "part 2"],
  ["3", between("Subject: three", "\r\n--A\r\nContent-Type: multipart/mixed; boundary=C")],
  ["3.MIME", "Content-Type: message/rfc822\r\n\r\n"],
  ["3.HEADER", between("Subject: three", "--B")],
  ["3.TEXT", between("--B\r\n\r\n", "\r\n--A\r\nContent-Type: multipart/mixed; boundary=C")],
  ["3.1", "part 3.1"],
  ["3.1.MIME", "\r\n"],
  ["3.2", "part 3.2"],
  ["4", between("--C\r\nContent-Type: image", "\r\n--A--")],
  ["4.1", "part 4.1"],
  ["4.1.MIME", "Content-Type: image/gif\r\nContent-ID: <gif>\r\n\r\n"],
  ["4.2.HEADER", between("Subject: four two", "--D")],
  ["4.2.TEXT", between("--D\r\n\r\n", "\r\n--C--")],
  ["4.2.1", "part 4.2.1"],
  ["4.2.2", between("--E\r\n\r\n", "\r\n--D--")],
  ["4.2.2.1", "part 4.2.2.1"],
  ["4.2.2.2", "part 4.2.2.2"],
  // What there is not, and what has no message of its own.
  ["5", undefined],
  ["1.1", undefined],
  ["1.HEADER", undefined],
  ["1.TEXT", undefined],
  ["4.HEADER", undefined],
  ["4.2.2.3", undefined],
  ["1.1.1.1.1", undefined]
]

describe("RFC 3501 §6.4.5 FETCH BODY[<section>]<<partial>>", () => {
  it.effect("names every part of the RFC's example", () =>
    Effect.gen(function*() {
      const { deliver, peer } = yield* makeStage({ begin: "selected" })
      yield* deliver(MESSAGE)
      const client = yield* peer(1)
      for (const [section, text] of sections) {
        const heard = yield* fetchSection(client, 1, `BODY.PEEK[${section}]`)
        assert.deepStrictEqual(heard, { name: `BODY[${section}]`, text })
      }
    }))

  it.effect("selects header fields, of the message and of those inside, in the order of the message", () =>
    Effect.gen(function*() {
      const { deliver, peer } = yield* makeStage({ begin: "selected" })
      yield* deliver(MESSAGE.replace("From:", "X-Long: one\r\n  two\r\nfrom: b@leap.test\r\nFrom:"))
      const client = yield* peer(1)
      const wanted: ReadonlyArray<readonly [item: string, name: string, text: string]> = [
        ["BODY[HEADER.FIELDS (from)]", "BODY[HEADER.FIELDS (from)]", "from: b@leap.test\r\nFrom: a@leap.test\r\n\r\n"],
        ["body.peek[header.fields (\"X-Long\")]", "BODY[HEADER.FIELDS (X-Long)]", "X-Long: one\r\n  two\r\n\r\n"],
        ["BODY[HEADER.FIELDS (Nothing)]", "BODY[HEADER.FIELDS (Nothing)]", "\r\n"],
        ["BODY[HEADER.FIELDS (\"odd name\" To)]", "BODY[HEADER.FIELDS (\"odd name\" To)]", "\r\n"],
        [
          "BODY.PEEK[HEADER.FIELDS.NOT (Content-Type x-long)]",
          "BODY[HEADER.FIELDS.NOT (Content-Type x-long)]",
          "from: b@leap.test\r\nFrom: a@leap.test\r\n\r\n"
        ],
        ["BODY[3.HEADER.FIELDS (Subject)]", "BODY[3.HEADER.FIELDS (Subject)]", "Subject: three\r\n\r\n"],
        [
          "BODY[4.2.HEADER.FIELDS.NOT (Content-Type)]",
          "BODY[4.2.HEADER.FIELDS.NOT (Content-Type)]",
          "Subject: four two\r\n\r\n"
        ],
        ["BODY[HEADER.FIELDS.NOT (from x-long)]<5.9>", "BODY[HEADER.FIELDS.NOT (from x-long)]<5>", "nt-Type: "]
      ]
      for (const [item, name, text] of wanted) {
        assert.deepStrictEqual(yield* fetchSection(client, 1, item), { name, text })
      }
    }))

  it.effect("gives the part of a section that lies in the message", () =>
    Effect.gen(function*() {
      const { deliver, peer } = yield* makeStage({ begin: "selected" })
      yield* deliver("a: b\r\n\r\n0123456789")
      const client = yield* peer(1)
      const cases: ReadonlyArray<readonly [item: string, name: string, text: string]> = [
        ["BODY[]<0.6>", "BODY[]<0>", "a: b\r\n"],
        ["BODY.PEEK[TEXT]<3.4>", "BODY[TEXT]<3>", "3456"],
        ["BODY[TEXT]<8.100>", "BODY[TEXT]<8>", "89"],
        ["BODY[TEXT]<0.4294967295>", "BODY[TEXT]<0>", "0123456789"],
        ["BODY[TEXT]<10.1>", "BODY[TEXT]<10>", ""],
        ["BODY[1]<4294967295.1>", "BODY[1]<4294967295>", ""],
        ["BODY[HEADER]<2.3>", "BODY[HEADER]<2>", " b\r"],
        ["BODY[1.MIME]<0.2>", "BODY[1.MIME]<0>", "a:"]
      ]
      for (const [item, name, text] of cases) {
        assert.deepStrictEqual(yield* fetchSection(client, 1, item), { name, text })
      }
      // NIL has no part.
      assert.deepStrictEqual(yield* fetchSection(client, 1, "BODY[2]<0.1>"), { name: "BODY[2]<0>", text: undefined })
    }))

  it.effect("answers for a message of no octets", () =>
    Effect.gen(function*() {
      const { deliver, peer } = yield* makeStage({ begin: "selected" })
      yield* deliver("")
      const client = yield* peer(1)
      for (const section of ["", "HEADER", "TEXT", "1", "1.MIME"]) {
        assert.deepStrictEqual(yield* fetchSection(client, 1, `BODY.PEEK[${section}]`), {
          name: `BODY[${section}]`,
          text: ""
        })
      }
    }))

  it.effect("RFC822, RFC822.HEADER and RFC822.TEXT go by their own names", () =>
    Effect.gen(function*() {
      const { deliver, peer } = yield* makeStage({ begin: "selected" })
      yield* deliver("a: b\r\n\r\nc")
      const client = yield* peer(1)
      assert.deepStrictEqual(yield* fetchSection(client, 1, "RFC822"), { name: "RFC822", text: "a: b\r\n\r\nc" })
      assert.deepStrictEqual(yield* fetchSection(client, 1, "RFC822.HEADER"), {
        name: "RFC822.HEADER",
        text: "a: b\r\n\r\n"
      })
      assert.deepStrictEqual(yield* fetchSection(client, 1, "RFC822.TEXT"), { name: "RFC822.TEXT", text: "c" })
    }))

  it.effect("leaves alone what it cannot read", () =>
    Effect.gen(function*() {
      const isElsewhere = new MailStoreError({ operation: "fetch", isElsewhere: true, cause: undefined })
      const first: UidSet.UidSet = [{ from: 1, to: 1 }]
      const { deliver, play } = yield* makeStage({
        begin: "selected",
        watched: (store) => ({
          ...store,
          fetch: (mailbox, uids, fields) =>
            Stream.concat(store.fetch(mailbox, UidSet.intersection(uids, first), fields), Stream.fail(isElsewhere))
        })
      })
      yield* deliver("a: b\r\n\r\nc")
      yield* deliver("a: b\r\n\r\nd")
      yield* play(String.raw`
        C: a FETCH 1:2 (BODY[TEXT])
        S: * 1 FETCH (FLAGS (\Seen) BODY[TEXT] {1}
        S: c)
        S: a NO [UNAVAILABLE] …
        C: b FETCH 1:2 (FLAGS)
        S: * 1 FETCH (FLAGS (\Seen))
        S: * 2 FETCH (FLAGS ())
        S: b OK …
      `)
    }))

  it.effect("sets \\Seen, unless asked to peek, and tells so once", () =>
    Effect.gen(function*() {
      const { deliver, play } = yield* makeStage({ begin: "selected" })
      yield* deliver("a: b\r\n\r\nc")
      yield* deliver("a: b\r\n\r\nc")
      yield* play(String.raw`
        C: a FETCH 1:2 (BODY.PEEK[TEXT] RFC822.HEADER ENVELOPE BODY BODYSTRUCTURE)
        S: * 1 FETCH (BODY[TEXT] {1}
        S: c RFC822.HEADER {8}
        S: a: b
        S:
        S:  ENVELOPE …
        S: * 2 FETCH (BODY[TEXT] {1}
        S: c RFC822.HEADER {8}
        S: a: b
        S:
        S:  ENVELOPE …
        S: a OK …
        C: b FETCH 2 (UID BODY[TEXT]<0.1>)
        S: * 2 FETCH (FLAGS (\Seen) UID 2 BODY[TEXT]<0> {1}
        S: c)
        S: b OK …
        C: c UID FETCH 1:* (FLAGS RFC822.TEXT)
        S: * 1 FETCH (UID 1 FLAGS (\Seen) RFC822.TEXT {1}
        S: c)
        S: * 2 FETCH (UID 2 FLAGS (\Seen) RFC822.TEXT {1}
        S: c)
        S: c OK …
        C: d FETCH 1:* RFC822
        S: * 1 FETCH (RFC822 {9}
        S: a: b
        S:
        S: c)
        S: * 2 FETCH (RFC822 {9}
        S: a: b
        S:
        S: c)
        S: d OK …
      `)
    }))
})

onEachStore("octets fetched are the octets stored", (options) => {
  it.effect("for every fixture, whole, in halves and by header and text", () =>
    Effect.gen(function*() {
      const { deliver, peer } = yield* makeStage({ ...options, begin: "selected" })
      // What CHAR8 does not have is shown as Dovecot does (RFC 3501 §4.3.1 forbids NUL in a literal).
      const texts = fixtures.map(({ bytes }) => latin1(bytes).replaceAll("\0", "\x80"))
      for (const { bytes } of fixtures) yield* deliver(bytes)
      const client = yield* peer(1)
      for (const [index, text] of texts.entries()) {
        const half = Math.ceil(text.length / 2)
        const read = (item: string) => Effect.map(fetchSection(client, index + 1, item), (found) => found.text ?? "")
        assert.strictEqual(yield* read("BODY.PEEK[]"), text)
        assert.strictEqual(
          (yield* read(`BODY.PEEK[]<0.${half}>`)) + (yield* read(`BODY.PEEK[]<${half}.${half}>`)),
          text
        )
        assert.strictEqual((yield* read("BODY.PEEK[HEADER]")) + (yield* read("BODY.PEEK[TEXT]")), text)
      }
    }))
})
