/** What clients stumble over at other servers, where no section of an RFC has it already. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { fixture } from "../domain/message/Fixtures.ts"
import { makeStage, onEachStore, type Peer, transcript } from "./Transcript.ts"

const linesUpTo = Effect.fnUntraced(function*(client: Peer, last: string) {
  const lines: Array<string> = []
  do lines.push(yield* client.line)
  while (!(lines.at(-1) ?? "").startsWith(last) && lines.at(-1) !== "(silence)")
  return lines
})

onEachStore("client traps", (options) => {
  it.effect("pipelined FETCHes are answered in order, each message once, whatever others do meanwhile", () =>
    Effect.gen(function*() {
      const { deliver, peer } = yield* makeStage({ ...options, begin: "selected" })
      for (let at = 1; at <= 20; at++) yield* deliver(`a: ${at}\r\n\r\n`)
      const [client, other] = [yield* peer(1), yield* peer(2)]
      const commands = Array.from({ length: 20 }, (_, at) => `f${at} UID FETCH ${at + 1} FLAGS\r\n`)
      yield* client.send(`${commands.join("")}all FETCH 1:20,5,7:9 UID\r\n`)
      yield* other.send(
        "a STORE 1:20 +FLAGS.SILENT (\\Seen)\r\nb UID STORE 3 +FLAGS.SILENT (\\Deleted)\r\nc EXPUNGE\r\n"
      )
      const lines = yield* linesUpTo(client, "all ")
      const tags = lines.filter((line) => !line.startsWith("* ")).map((line) => line.split(" ")[0])
      assert.deepStrictEqual(tags, [...commands.map((_, at) => `f${at}`), "all"])
      // The last answer begins after the reply before it; numbers and uids in it ascend.
      const last = lines.slice(lines.findIndex((line) => line.startsWith("f19 ")) + 1)
        .map((line) => /^\* \d+ FETCH \(UID (\d+)\)$/.exec(line)?.[1]).filter((uid) => uid !== undefined).map(Number)
      assert.deepStrictEqual(last, [...new Set(last)].sort((a, b) => a - b))
      assert.isAtLeast(last.length, 19)
    }))

  it.effect("UIDNEXT is the same in STATUS and SELECT, and what the next message gets", () =>
    transcript(
      String.raw`
      C: a APPEND Sent (\Deleted) {4+}
      C: a: b
      S: a OK …
      C: b SELECT Sent
      S: * FLAGS …
      S: * 1 EXISTS
      S: * 0 RECENT
      S: * OK [UNSEEN 1] …
      S: * OK [PERMANENTFLAGS …
      S: * OK [UIDVALIDITY «validity»] …
      S: * OK [UIDNEXT 2] …
      S: * OK [HIGHESTMODSEQ …
      S: * OK [MAILBOXID …
      S: b OK …
      C: c EXPUNGE
      S: * 1 EXPUNGE
      S: c OK …
      C: d STATUS Sent (UIDNEXT UIDVALIDITY MESSAGES)
      S: * STATUS Sent (UIDNEXT 2 UIDVALIDITY «validity» MESSAGES 0)
      S: d OK …
      C: e APPEND Sent {4+}
      C: a: b
      S: * 1 EXISTS
      S: e OK [APPENDUID «validity» 2] …
      C: f STATUS Sent (UIDNEXT)
      S: * STATUS Sent (UIDNEXT 3)
      S: f OK …
    `,
      options
    ))

  it.effect("a name that ends in the delimiter is the name before it (RFC 3501 §6.3.3)", () =>
    transcript(
      `
      C: a CREATE Projects/
      S: a OK …
      C: b CREATE Projects/Old/
      S: b OK …
      C: c LIST "" Projects*
      S: * LIST (\\HasChildren) "/" Projects
      S: * LIST (\\HasNoChildren) "/" Projects/Old
      S: c OK …
      C: d LIST "" ""
      S: * LIST (\\Noselect) "/" ""
      S: d OK …
    `,
      options
    ))

  it.effect("octets above 127 in a header come as a literal, never in quotes: the client did not ask for UTF-8", () =>
    Effect.gen(function*() {
      const { deliver, peer } = yield* makeStage({ ...options, begin: "selected" })
      yield* deliver("Subject: Gr\xc3\xbc\xc3\x9fe\r\nFrom: \"J\xf6rg\" <j@a.test>\r\n\r\n")
      const client = yield* peer(1)
      yield* client.send("b FETCH 1 ENVELOPE\r\n")
      const [subject, ...addresses] = (yield* linesUpTo(client, "b ")).join("\r\n").split("{4}\r\n")
      assert.strictEqual(subject, "* 1 FETCH (ENVELOPE (NIL {7}\r\nGr\xc3\xbc\xc3\x9fe ((")
      // From, and Sender and Reply-To after it.
      assert.strictEqual(addresses.length, 3)
      for (const address of addresses) assert.match(address, /^J\xf6rg NIL "j" "a\.test"\)\)/)
    }))

  it.effect("a multipart without parts has a structure that clients can read", () =>
    Effect.gen(function*() {
      const { deliver, peer, play } = yield* makeStage({ ...options, begin: "selected" })
      const client = yield* peer(1)
      yield* deliver(fixture("empty-multipart"))
      yield* deliver("Content-Type: multipart/mixed\r\n\r\nno boundary\r\n")
      yield* deliver("Content-Type: multipart/mixed; boundary=b\r\n\r\n")
      yield* play("C: a NOOP\nS: * 3 EXISTS\nS: a OK …")
      yield* client.send("b FETCH 1:3 BODYSTRUCTURE\r\n")
      for (const line of (yield* linesUpTo(client, "b ")).slice(0, -1)) {
        // RFC 3501 §9: `body-type-mpart = 1*body SP media-subtype`; else it is no multipart.
        assert.match(
          line,
          /^\* \d FETCH \(BODYSTRUCTURE \((\(.*\) "mixed"|"text" "plain"|"application" "octet-stream")/i
        )
      }
    }))

  it.effect("a literal may stand wherever a quoted string may", () =>
    Effect.gen(function*() {
      const { deliver, peer } = yield* makeStage({ ...options, begin: "selected" })
      yield* deliver("Subject: hello\r\n\r\nx")
      const client = yield* peer(1)
      yield* client.send(
        "b STATUS {5+}\r\nINBOX (MESSAGES)\r\n" +
          "c FETCH 1 BODY.PEEK[HEADER.FIELDS ({7+}\r\nSubject)]\r\n" +
          "d SEARCH SUBJECT {5+}\r\nhello HEADER {7+}\r\nSubject {0+}\r\n\r\n" +
          "e LIST {0+}\r\n {5+}\r\nINBOX\r\n"
      )
      assert.deepStrictEqual(yield* linesUpTo(client, "e "), [
        "* STATUS INBOX (MESSAGES 1)",
        "b OK STATUS done",
        "* 1 FETCH (BODY[HEADER.FIELDS (Subject)] {18}",
        "Subject: hello",
        "",
        ")",
        "c OK FETCH done",
        "* SEARCH 1",
        "d OK SEARCH done",
        "* LIST (\\HasNoChildren) \"/\" INBOX",
        "e OK LIST done"
      ])
    }))
})

describe("client traps", () => {
  it.effect("uid sets of 64 KiB, as mbsync sends them", () =>
    Effect.gen(function*() {
      const { deliver, peer } = yield* makeStage({ begin: "selected" })
      for (let at = 1; at <= 3; at++) yield* deliver(`a: ${at}\r\n\r\n`)
      const client = yield* peer(1)
      let set = "1,3"
      for (let uid = 1000; set.length < 65_536; uid += 2) set += `,${uid}`
      yield* client.send(`a UID FETCH ${set} (UID FLAGS)\r\n`)
      assert.deepStrictEqual(yield* linesUpTo(client, "a "), [
        "* 1 FETCH (UID 1 FLAGS ())",
        "* 3 FETCH (UID 3 FLAGS ())",
        "a OK FETCH done"
      ])
    }))

  it.effect("NUL is kept, counted, and shown as 0x80, for a literal has none (RFC 3501 §4.3.1)", () =>
    Effect.gen(function*() {
      const { peer, play, store } = yield* makeStage({ begin: "selected" })
      const client = yield* peer(1)
      yield* client.send("a APPEND INBOX {12+}\r\nX: a\0b\r\n\r\nc\0\r\n")
      yield* play("S: * 1 EXISTS\nS: a OK …\nC: b FETCH 1 (RFC822.SIZE BODY.PEEK[HEADER] BODY.PEEK[])")
      assert.strictEqual(yield* client.line, "* 1 FETCH (RFC822.SIZE 12 BODY[HEADER] {10}")
      assert.deepStrictEqual(yield* linesUpTo(client, "b "), [
        "X: a\x80b",
        "",
        " BODY[] {12}",
        "X: a\x80b",
        "",
        "c\x80)",
        "b OK FETCH done"
      ])
      assert.strictEqual((yield* store.mailbox("INBOX")).size, 12)
    }))

  it.effect("blank lines between commands are BAD, and no more", () =>
    transcript("C: a NOOP\nS: a OK …\nC:\nS: * BAD …\nC: b NOOP\nS: b OK …"))
})
