import { describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { makeStage, message } from "./Transcript.ts"

const HEADER = message(`Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)
From: Terry Gray <gray@cac.washington.edu>
Subject: IMAP4rev1 WG mtg summary and minutes
To: imap@cac.washington.edu
cc: minutes@CNRI.Reston.VA.US, John Klensin <KLENSIN@MIT.EDU>
Message-Id: <B27397-0100000@cac.washington.edu>
MIME-Version: 1.0
Content-Type: TEXT/PLAIN; CHARSET=US-ASCII

`)
/** 92 lines, 3028 octets. */
const BODY = `${`${"x".repeat(31)}\r\n`.repeat(91)}${"y".repeat(3028 - 91 * 33 - 2)}\r\n`

describe("RFC 3501 §8 Sample IMAP4rev1 Connection", () => {
  it.effect("is played as printed, where the server is free in neither words nor order", () =>
    Effect.gen(function*() {
      const { deliver, play } = yield* makeStage({ begin: "greeted" })
      for (let number = 1; number <= 18; number++) {
        const flags = number < 17 ? ["\\Seen"] : []
        // 17-Jul-1996 02:44:25 -0700
        yield* deliver(number === 12 ? HEADER + BODY : message("Subject: another\n\n"), { flags, at: 837_596_665_000 })
      }
      yield* play(String.raw`
        S: * OK …
        C: a001 login alice@leap.test "correct horse"
        S: a001 OK …
        C: a002 select inbox
        S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft …)
        S: * 18 EXISTS
        S: * 0 RECENT
        S: * OK [UNSEEN 17] …
        S: * OK [PERMANENTFLAGS (… \*)] …
        S: * OK [UIDVALIDITY «validity»] …
        S: * OK [UIDNEXT 19] …
        S: * OK [HIGHESTMODSEQ …
        S: * OK [MAILBOXID …
        S: a002 OK [READ-WRITE] …
        C: a003 fetch 12 full
        S: * 12 FETCH (FLAGS (\Seen) INTERNALDATE "17-Jul-1996 09:44:25 +0000" RFC822.SIZE 3370 ENVELOPE ("Wed, 17 Jul 1996 02:23:25 -0700 (PDT)" "IMAP4rev1 WG mtg summary and minutes" (("Terry Gray" NIL "gray" "cac.washington.edu")) (("Terry Gray" NIL "gray" "cac.washington.edu")) (("Terry Gray" NIL "gray" "cac.washington.edu")) ((NIL NIL "imap" "cac.washington.edu")) ((NIL NIL "minutes" "CNRI.Reston.VA.US")("John Klensin" NIL "KLENSIN" "MIT.EDU")) NIL NIL "<B27397-0100000@cac.washington.edu>") BODY ("text" "plain" ("charset" "US-ASCII") NIL NIL "7bit" 3028 92))
        S: a003 OK …
        C: a004 fetch 12 body[header]
        S: * 12 FETCH (BODY[HEADER] {342}
        S: Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)
        S: From: Terry Gray <gray@cac.washington.edu>
        S: Subject: IMAP4rev1 WG mtg summary and minutes
        S: To: imap@cac.washington.edu
        S: cc: minutes@CNRI.Reston.VA.US, John Klensin <KLENSIN@MIT.EDU>
        S: Message-Id: <B27397-0100000@cac.washington.edu>
        S: MIME-Version: 1.0
        S: Content-Type: TEXT/PLAIN; CHARSET=US-ASCII
        S:
        S: )
        S: a004 OK …
        C: a005 store 12 +flags \deleted
        S: * 12 FETCH (FLAGS (\Deleted \Seen))
        S: a005 OK …
        C: a006 logout
        S: * BYE …
        S: a006 OK …
        S: (closed)
      `)
    }))
})
