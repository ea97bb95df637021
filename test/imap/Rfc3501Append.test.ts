import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { MAX_MESSAGE } from "../../src/adapters/imap/Limits.ts"
import { makeStage, onEachStore, transcript } from "./Transcript.ts"

onEachStore("RFC 3501 §6.3.11 APPEND, RFC 4315 APPENDUID", (options) => {
  it.effect("the RFC's example, with what it brings", () =>
    transcript(
      String.raw`
      C: A001 CREATE saved-messages
      S: A001 OK …
      C: A003 APPEND saved-messages (\Seen) {310}
      S: + Ready for the literal
      C: Date: Mon, 7 Feb 1994 21:52:25 -0800 (PST)
      C: From: Fred Foobar <foobar@Blurdybloop.COM>
      C: Subject: afternoon meeting
      C: To: mooch@owatagu.siam.edu
      C: Message-Id: <B27397-0100000@Blurdybloop.COM>
      C: MIME-Version: 1.0
      C: Content-Type: TEXT/PLAIN; CHARSET=US-ASCII
      C:
      C: Hello Joe, do you think we can meet at 3:30 tomorrow?
      C:
      S: A003 OK [APPENDUID «validity» 1] Appended
      C: A004 STATUS saved-messages (MESSAGES UNSEEN UIDVALIDITY)
      S: * STATUS saved-messages (MESSAGES 1 UNSEEN 0 UIDVALIDITY «validity»)
      S: A004 OK …
    `,
      options
    ))

  it.effect("keeps flags, new keywords too, and the date, whatever its zone and however old", () =>
    transcript(
      String.raw`
      C: a APPEND INBOX (\Flagged \DRAFT NewWord $Junk) "17-Jul-1996 02:44:25 -0700" {4+}
      C: a: b
      S: * 1 EXISTS
      S: a OK …
      C: b APPEND INBOX () " 1-Jan-1960 00:30:00 +0100" {4+}
      C: a: b
      S: * 2 EXISTS
      S: b OK …
      C: c APPEND INBOX {4+}
      C: a: b
      S: * 3 EXISTS
      S: c OK …
      C: d FETCH 1:* (FLAGS INTERNALDATE)
      S: * 1 FETCH (FLAGS (\Flagged \Draft NewWord $Junk) INTERNALDATE "17-Jul-1996 09:44:25 +0000")
      S: * 2 FETCH (FLAGS () INTERNALDATE "31-Dec-1959 23:30:00 +0000")
      S: * 3 FETCH (FLAGS () INTERNALDATE " 1-Jan-1970 00:00:00 +0000")
      S: d OK …
      C: e STORE 1 -FLAGS (newword)
      S: * 1 FETCH (FLAGS (\Flagged \Draft $Junk))
      S: e OK …
      C: f SEARCH KEYWORD $junk
      S: * SEARCH 1
      S: f OK …
    `,
      { ...options, begin: "selected" }
    ))

  it.effect("quirk_recent: \\Recent goes with what clients hand on, and is not kept", () =>
    transcript(
      String.raw`
      C: a APPEND INBOX (\Recent \Seen) {4+}
      C: a: b
      S: * 1 EXISTS
      S: a OK …
      C: b STORE 1 +FLAGS (\Recent \Answered)
      S: * 1 FETCH (FLAGS (\Seen \Answered))
      S: b OK …
    `,
      { ...options, begin: "selected" }
    ))

  it.effect("goes to a mailbox that is open for reading only, and tells of it", () =>
    transcript(
      `
      C: a EXAMINE INBOX
      S: * FLAGS …
      S: * 0 EXISTS
      S: * 0 RECENT
      S: * OK [PERMANENTFLAGS ()] …
      S: * OK [UIDVALIDITY «validity»] …
      S: * OK [UIDNEXT 1] …
      S: * OK [HIGHESTMODSEQ …
      S: * OK [MAILBOXID …
      S: a OK [READ-ONLY] …
      C: b APPEND INBOX {4+}
      C: a: b
      S: * 1 EXISTS
      S: b OK [APPENDUID «validity» 1] Appended
    `,
      options
    ))

  it.effect("says TRYCREATE where there is no such mailbox", () =>
    transcript(
      `
      C: a APPEND New {4+}
      C: a: b
      S: a NO [TRYCREATE] There is no mailbox New
      C: b CREATE New
      S: b OK …
      C: c APPEND New {4+}
      C: a: b
      S: c OK [APPENDUID … 1] Appended
    `,
      options
    ))

  it.effect("a message of line ends is one", () =>
    transcript(
      `
      C: a APPEND INBOX {2}
      S: + …
      C:
      C:
      S: * 1 EXISTS
      S: a OK …
      C: b FETCH 1 (RFC822.SIZE BODY.PEEK[])
      S: * 1 FETCH (RFC822.SIZE 2 BODY[] {2}
      S:
      S: )
      S: b OK …
    `,
      { ...options, begin: "selected" }
    ))
})

describe("RFC 7888 LITERAL+, RFC 7889 APPENDLIMIT", () => {
  it.effect("a literal over the limit is refused before it comes", () =>
    transcript(`
      C: a APPEND INBOX {${MAX_MESSAGE + 1}}
      S: a NO [TOOBIG] This server takes at most ${MAX_MESSAGE} octets here
      C: b APPEND INBOX {99999999999999999999}
      S: b NO [TOOBIG] …
      C: c NOOP
      S: c OK …
    `))

  it.effect("one that comes all the same is passed over, and not kept", () =>
    Effect.gen(function*() {
      const { peer, store } = yield* makeStage()
      const client = yield* peer(1)
      yield* client.send(`a APPEND INBOX {${MAX_MESSAGE + 1}+}\r\n`)
      const piece = new Uint8Array(1024 * 1024).fill(120)
      for (let sent = 0; sent < MAX_MESSAGE; sent += piece.length) yield* client.send(piece)
      yield* client.send("x\r\nb NOOP\r\n")
      assert.match(yield* client.line, /^a NO \[TOOBIG\]/)
      assert.match(yield* client.line, /^b OK/)
      assert.strictEqual((yield* store.mailbox("INBOX")).exists, 0)
    }))

  it.effect("literals stand wherever a string may", () =>
    transcript(
      `
      C: a CREATE {3}
      S: + …
      C: new
      S: a OK …
      C: b APPEND {3+}
      C: new (keyword) {4}
      S: + …
      C: a: b
      S: b OK …
      C: c STATUS {3+}
      C: new (MESSAGES)
      S: * STATUS new (MESSAGES 1)
      S: c OK …
      C: d LIST {0+}
      C:  {2+}
      C: n*
      S: * LIST (\\HasNoChildren) "/" new
      S: d OK …
      C: e SEARCH HEADER {1+}
      C: a {1}
      S: + …
      C: b
      S: * SEARCH
      S: e OK …
      C: f FETCH 1:* BODY.PEEK[HEADER.FIELDS ({1+}
      C: a)]
      S: f OK …
    `,
      { begin: "selected" }
    ))

  it.effect("other literals are short", () =>
    transcript(`
      C: a CREATE {65537}
      S: a NO [TOOBIG] This server takes at most 65536 octets here
      C: b NOOP
      S: b OK …
    `))
})
