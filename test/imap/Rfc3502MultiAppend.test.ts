import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { MAX_MESSAGE } from "../../src/adapters/imap/Limits.ts"
import * as UidSet from "../../src/domain/mailbox/UidSet.ts"
import { latin1 } from "../../src/domain/message/Latin1.ts"
import { makeStage, onEachStore, transcript } from "./Transcript.ts"

onEachStore("RFC 3502 MULTIAPPEND", (options) => {
  it.effect("§6.3.11 the RFC's example", () =>
    transcript(
      String.raw`
      C: A001 CREATE saved-messages
      S: A001 OK …
      C: A003 APPEND saved-messages (\Seen) {329}
      S: + Ready for the literal
      C: Date: Mon, 7 Feb 1994 21:52:25 -0800 (PST)
      C: From: Fred Foobar <foobar@Blurdybloop.example.COM>
      C: Subject: afternoon meeting
      C: To: mooch@owatagu.example.net
      C: Message-Id: <B27397-0100000@Blurdybloop.example.COM>
      C: MIME-Version: 1.0
      C: Content-Type: TEXT/PLAIN; CHARSET=US-ASCII
      C:
      C: Hello Joe, do you think we can meet at 3:30 tomorrow?
      C:  (\Seen) " 7-Feb-1994 22:43:04 -0800" {295}
      S: + Ready for the literal
      C: Date: Mon, 7 Feb 1994 22:43:04 -0800 (PST)
      C: From: Joe Mooch <mooch@OWaTaGu.example.net>
      C: Subject: Re: afternoon meeting
      C: To: foobar@blurdybloop.example.com
      C: Message-Id: <a0434793874930@OWaTaGu.example.net>
      C: MIME-Version: 1.0
      C: Content-Type: TEXT/PLAIN; CHARSET=US-ASCII
      C:
      C: 3:30 is fine with me.
      C:
      S: A003 OK [APPENDUID … 1:2] Appended
      C: A004 APPEND bogusname (\Flagged) {4+}
      C: a: b
      S: A004 NO [TRYCREATE] There is no mailbox bogusname
      C: A006 EXAMINE saved-messages
      S: (until) A006 OK [READ-ONLY] …
      C: A007 FETCH 1:* (FLAGS INTERNALDATE RFC822.SIZE)
      S: * 1 FETCH (FLAGS (\Seen) INTERNALDATE " 1-Jan-1970 00:00:00 +0000" RFC822.SIZE 329)
      S: * 2 FETCH (FLAGS (\Seen) INTERNALDATE " 8-Feb-1994 06:43:04 +0000" RFC822.SIZE 295)
      S: A007 OK …
    `,
      options
    ))

  it.effect("a message of no octets cancels all of them, wherever it stands", () =>
    transcript(
      `
      C: a APPEND INBOX {0+}
      C:
      S: a NO A message has at least one octet: nothing was appended
      C: b APPEND INBOX {4+}
      C: a: b {0}
      S: + …
      C:
      S: b NO A message has at least one octet: nothing was appended
      C: c APPEND INBOX {0+}
      C:  {4+}
      C: a: b
      S: c NO A message has at least one octet: nothing was appended
      C: d STATUS INBOX (MESSAGES UIDNEXT)
      S: * STATUS INBOX (MESSAGES 0 UIDNEXT 1)
      S: d OK …
    `,
      options
    ))

  it.effect("what is wrong with one is wrong with all", () =>
    transcript(
      String.raw`
      C: a APPEND INBOX {4+}
      C: a: b (\Seem) {4+}
      C: a: b
      S: a BAD there is no such system flag (at character 28)
      C: b APPEND INBOX {4+}
      C: a: b {${MAX_MESSAGE + 1}}
      S: b NO [TOOBIG] This server takes at most ${MAX_MESSAGE} octets here
      C: c STATUS INBOX (MESSAGES)
      S: * STATUS INBOX (MESSAGES 0)
      S: c OK …
    `,
      options
    ))

  it.effect("others see them come together", () =>
    transcript(
      String.raw`
      C2: i IDLE
      S2: + idling
      C: a APPEND INBOX (\Draft) {4+}
      C: a: b {4+}
      C: a: c () {4+}
      C: a: d
      S: * 3 EXISTS
      S: a OK [APPENDUID … 1:3] Appended
      S2: * 3 EXISTS
      C2: DONE
      S2: i OK …
      C2: b FETCH 1:* (UID FLAGS MODSEQ)
      S2: * OK [HIGHESTMODSEQ 2] …
      S2: * 1 FETCH (UID 1 FLAGS (\Draft) MODSEQ (2))
      S2: * 2 FETCH (UID 2 FLAGS () MODSEQ (2))
      S2: * 3 FETCH (UID 3 FLAGS () MODSEQ (2))
      S2: b OK …
    `,
      { ...options, begin: "selected" }
    ))

  it.effect("a hundred in one command", () =>
    Effect.gen(function*() {
      const { peer, store } = yield* makeStage(options)
      const client = yield* peer(1)
      const mails = Array.from({ length: 100 }, (_, at) => `Subject: ${at}\r\n\r\n${"x".repeat(at)}`)
      yield* client.send(`a APPEND INBOX${mails.map((mail) => ` {${mail.length}+}\r\n${mail}`).join("")}\r\n`)
      assert.match(yield* client.line, /^a OK \[APPENDUID \d+ 1:100\]/)
      const { id } = yield* store.mailbox("INBOX")
      const kept = yield* Stream.runCollect(store.fetch(id, UidSet.all, { bytes: true }))
      assert.deepStrictEqual(kept.map(({ bytes }) => bytes && latin1(bytes)), mails)
    }))
})

onEachStore("RFC 3516 §4.4 APPEND of a literal8", (options) => {
  it.effect("NUL is kept, and told by BINARY", () =>
    transcript(
      `
      C: a APPEND INBOX (keyword) ~{11+}
      C: a: b
      C:
      C: x\0y ~{5}
      S: + Ready for the literal
      C: \0\0: z
      S: * 2 EXISTS
      S: a OK [APPENDUID … 1:2] Appended
      C: b FETCH 1:2 (RFC822.SIZE BINARY.PEEK[])
      S: * 1 FETCH (RFC822.SIZE 11 BINARY[] ~{11}
      S: a: b
      S:
      S: x\0y)
      S: * 2 FETCH (RFC822.SIZE 5 BINARY[] ~{5}
      S: \0\0: z)
      S: b OK …
    `,
      { ...options, begin: "selected" }
    ))
})

describe("APPEND of many: limits", () => {
  it.effect("all messages together are no more than the largest message may be, and none comes where they are", () =>
    Effect.gen(function*() {
      const { peer, store } = yield* makeStage()
      const client = yield* peer(1)
      const half = new Uint8Array(MAX_MESSAGE / 2).fill(120)
      for (let at = 0; at < 2; at++) {
        yield* client.send(`${at === 0 ? "a APPEND INBOX" : ""} {${half.length}}\r\n`)
        assert.match(yield* client.line, /^\+ /)
        yield* client.send(half)
      }
      yield* client.send(" {100000}\r\n")
      assert.match(yield* client.line, /^a NO \[TOOBIG\]/)
      yield* client.send("b NOOP\r\n")
      assert.match(yield* client.line, /^b OK/)
      assert.strictEqual((yield* store.mailbox("INBOX")).exists, 0)
    }))
})
