/** RFC 9051, sections 6 and 7, read sentence by sentence: what the tests of older RFCs and of extensions do not say. */
import { it } from "@effect/vitest"
import { Effect } from "effect"
import { makeStage, message, onEachStore, transcript } from "./Transcript.ts"

const base64 = (text: string): string => Buffer.from(text).toString("base64")

onEachStore("RFC 9051 §6.3", (options) => {
  it.effect("§6.3.1 ENABLE adds, passes over what it does not know, and changes no capability", () =>
    transcript(
      `
      C: t1 CAPABILITY
      S: * CAPABILITY «a» «b» «c» …
      S: t1 OK …
      C: t2 ENABLE X-GOOD-IDEA
      S: * ENABLED
      S: t2 OK …
      C: t3 ENABLE CONDSTORE IDLE X-GOOD-IDEA
      S: * ENABLED CONDSTORE
      S: t3 OK …
      C: t4 ENABLE CONDSTORE IMAP4rev2
      S: * ENABLED IMAP4rev2
      S: t4 OK …
      C: t5 CAPABILITY
      S: * CAPABILITY «a» «b» «c» …
      S: t5 OK …
      C: t6 ENABLE
      S: t6 BAD …
    `,
      options
    ))

  it.effect("§6.3.9 an empty pattern names nothing where LIST is extended, and is passed over beside others", () =>
    transcript(
      String.raw`
      C: A101 LIST "Sent" ""
      S: * LIST (\Noselect) "/" ""
      S: A101 OK …
      C: A102 LIST () "Sent" ""
      S: A102 OK …
      C: A103 LIST "Sent" ("")
      S: A103 OK …
      C: A104 LIST "" ("" Sent) RETURN (SUBSCRIBED SUBSCRIBED)
      S: * LIST (\HasNoChildren \Subscribed \Sent) "/" Sent
      S: A104 OK …
    `,
      options
    ))

  it.effect("§6.3.11 STATUS of the selected mailbox changes nothing of it; SIZE is that of RFC822.SIZE together", () =>
    Effect.gen(function*() {
      const { deliver, play } = yield* makeStage({ ...options, begin: "selected" })
      yield* play("C: - ENABLE IMAP4rev2\nS: * ENABLED IMAP4rev2\nS: - OK …")
      yield* deliver("a: 1\r\n\r\n", { flags: ["\\Deleted"] })
      yield* deliver("a: 22\r\n\r\n", { flags: ["\\Seen"] })
      yield* play(`
        C: A042 STATUS INBOX (UIDNEXT MESSAGES UNSEEN DELETED SIZE)
        S: * STATUS INBOX (UIDNEXT 3 MESSAGES 2 UNSEEN 1 DELETED 1 SIZE 17)
        S: * 2 EXISTS
        S: A042 OK …
        C: A043 FETCH 1:2 RFC822.SIZE
        S: * 1 FETCH (RFC822.SIZE 8)
        S: * 2 FETCH (RFC822.SIZE 9)
        S: A043 OK …
      `)
    }))

  it.effect("§6.3.12 APPENDUID has one uid, no range; the selected mailbox grows at once", () =>
    Effect.gen(function*() {
      const { play } = yield* makeStage({ ...options, begin: "selected" })
      yield* play(String.raw`
        C: A003 APPEND INBOX (\Seen) {8+}
        C: a: 1
        C:
        C:
        S: * 1 EXISTS
        S: A003 OK [APPENDUID «validity» 1] …
        C: A004 APPEND nowhere {8+}
        C: a: 1
        C:
        C:
        S: A004 NO [TRYCREATE] …
        C: A005 COPY 1 nowhere
        S: A005 NO [TRYCREATE] …
        C: A006 UID MOVE 1 nowhere
        S: A006 NO [TRYCREATE] …
        C: A007 UID COPY 305:310 Sent
        S: A007 OK …
      `)
    }))

  it.effect("§6.3.13 FETCH that was not asked for has the uid", () =>
    Effect.gen(function*() {
      const { deliver, play } = yield* makeStage({ ...options, begin: "selected" })
      yield* deliver("a: 1\r\n\r\n")
      yield* play(String.raw`
        C: A004 IDLE
        S: + idling
        C2: x STORE 1 +FLAGS.SILENT (\Flagged)
        S2: x OK …
        S: * 1 FETCH (UID 1 FLAGS (\Flagged))
        C: DONE
        S: A004 OK …
        C2: y STORE 1 -FLAGS.SILENT (\Flagged)
        S2: y OK …
        C: A005 NOOP
        S: * 1 FETCH (UID 1 FLAGS ())
        S: A005 OK …
      `)
    }))
})

onEachStore("RFC 9051 §6.4", (options) => {
  const withFour = Effect.gen(function*() {
    const stage = yield* makeStage({ ...options, begin: "selected" })
    for (let at = 1; at <= 4; at++) yield* stage.deliver(`a: ${at}\r\n\r\nbody`)
    yield* stage.play("C: - ENABLE IMAP4rev2\nS: * ENABLED IMAP4rev2\nS: - OK …")
    return stage
  })

  it.effect("§6.4.4 what finds nothing says neither MIN nor MAX nor ALL; options come in any order, and twice", () =>
    Effect.gen(function*() {
      const { play } = yield* withFour
      yield* play(`
        C: A284 SEARCH RETURN (ALL MAX MIN) DELETED
        S: * ESEARCH (TAG "A284")
        S: A284 OK …
        C: A285 UID SEARCH RETURN (MAX MIN MAX) 1:5000
        S: A285 BAD …
        C: A286 UID SEARCH RETURN (MAX MIN MAX) 1:4
        S: * ESEARCH (TAG "A286") UID MIN 1 MAX 4
        S: A286 OK …
        C: A287 SEARCH RETURN () ALL
        S: * ESEARCH (TAG "A287") ALL 1:4
        S: A287 OK …
        C: A288 SEARCH TEXT ""
        S: * ESEARCH (TAG "A288") ALL 1:4
        S: A288 OK …
        C: A289 SEARCH RETURN (NOVEL) ALL
        S: A289 BAD …
        C: A290 SEARCH CHARSET KOI8-X TEXT x
        S: A290 NO [BADCHARSET …
      `)
    }))

  it.effect("§6.4.4.1 $ follows what is expunged, and empty it is no error anywhere", () =>
    Effect.gen(function*() {
      const { play } = yield* withFour
      yield* play(String.raw`
        C: C284 SEARCH RETURN (SAVE) 2:4
        S: C284 OK …
        C: C285 STORE 2 +FLAGS.SILENT (\Deleted)
        S: C285 OK …
        C: C286 EXPUNGE
        S: * 2 EXPUNGE
        S: C286 OK …
        C: C287 FETCH $ UID
        S: * 2 FETCH (UID 3)
        S: * 3 FETCH (UID 4)
        S: C287 OK …
        C: C288 SEARCH RETURN (SAVE MIN) ALL
        S: * ESEARCH (TAG "C288") MIN 1
        S: C288 OK …
        C: C289 UID SEARCH UID $
        S: * ESEARCH (TAG "C289") UID ALL 1
        S: C289 OK …
        C: C290 SEARCH (OR $ 3) BODY body
        S: * ESEARCH (TAG "C290") ALL 1,3
        S: C290 OK …
        C: E282 SEARCH RETURN (SAVE) SEEN
        S: E282 OK …
        C: E283 COPY $ Sent
        S: E283 OK …
        C: E284 UID STORE $ +FLAGS (\Seen)
        S: E284 OK …
        C: E285 FETCH $ FLAGS
        S: E285 OK …
        C: E286 UID EXPUNGE $
        S: E286 OK …
      `)
    }))

  it.effect("§6.4.5 a part that begins at 0 is a part, also where it is all; past the end it is empty", () =>
    Effect.gen(function*() {
      const { play } = yield* withFour
      yield* play(`
        C: a FETCH 1 BODY.PEEK[TEXT]<0.2048>
        S: * 1 FETCH (BODY[TEXT]<0> {4}
        S: body)
        S: a OK …
        C: b FETCH 1 BODY.PEEK[TEXT]<4.1>
        S: * 1 FETCH (BODY[TEXT]<4> {0}
        S: )
        S: b OK …
        C: c FETCH 1 (FAST)
        S: c BAD …
        C: d FETCH 1 BODY[MIME]
        S: d BAD …
      `)
    }))

  it.effect("§6.4.8 MOVE to where they are; what is not there is moved without a word; \\Deleted is not set", () =>
    Effect.gen(function*() {
      const { play } = yield* withFour
      yield* play(String.raw`
        C: a UID MOVE 2,77 INBOX
        S: * OK [COPYUID «validity» 2 5] …
        S: * 2 EXPUNGE
        S: * 4 EXISTS
        S: a OK …
        C: b UID FETCH 5 FLAGS
        S: * 4 FETCH (UID 5 FLAGS ())
        S: b OK …
        C: c UID MOVE 77 Sent
        S: c OK …
      `)
    }))

  it.effect("§6.4.9 a range with * has the last message, wherever it begins", () =>
    Effect.gen(function*() {
      const { play } = yield* withFour
      yield* play(`
        C: A999 UID FETCH 559:* FLAGS
        S: * 4 FETCH (UID 4 FLAGS ())
        S: A999 OK …
        C: B1 UID SEARCH 2:4 UID 1:3
        S: * ESEARCH (TAG "B1") UID ALL 2:3
        S: B1 OK …
        C: B2 UID SEARCH UID 559:*
        S: * ESEARCH (TAG "B2") UID ALL 4
        S: B2 OK …
      `)
    }))
})

onEachStore("RFC 9051 §7", (options) => {
  it.effect("§7.5.1 no EXPUNGE in FETCH, STORE and SEARCH; in their UID forms, and later", () =>
    Effect.gen(function*() {
      const { deliver, play } = yield* makeStage({ ...options, begin: "selected" })
      for (let at = 1; at <= 3; at++) yield* deliver(`a: ${at}\r\n\r\n`)
      yield* play(String.raw`
        C: - NOOP
        S: - OK …
        C2: x STORE 1 +FLAGS.SILENT (\Deleted)
        S2: x OK …
        C2: y EXPUNGE
        S2: * 1 EXPUNGE
        S2: y OK …
        C: a FETCH 3 UID
        S: * 3 FETCH (UID 3)
        S: a OK …
        C: b SEARCH 3
        S: * SEARCH 3
        S: b OK …
        C: c STORE 3 FLAGS.SILENT ()
        S: c OK …
        C: d UID FETCH 3 UID
        S: * 3 FETCH (UID 3)
        S: * 1 EXPUNGE
        S: d OK …
      `)
    }))

  it.effect("§7.5.2 BINARY has the line ends of the protocol in text, and BINARY.SIZE says how long that is", () =>
    Effect.gen(function*() {
      const { deliver, play } = yield* makeStage({ ...options, begin: "selected" })
      yield* deliver(message(`Content-Type: multipart/mixed; boundary=b

--b
Content-Transfer-Encoding: base64

${base64("one\ntwo\r\nthree")}
--b
Content-Type: application/octet-stream
Content-Transfer-Encoding: base64

${base64("one\ntwo")}
--b
Content-Type: text/plain; charset=utf-16le
Content-Transfer-Encoding: base64

${base64("a\0\n\0")}
--b--
`))
      yield* play(`
        C: a FETCH 1 (BINARY.SIZE[1] BINARY.PEEK[1] BINARY.SIZE[2] BINARY.SIZE[3])
        S: * 1 FETCH (BINARY.SIZE[1] 15 BINARY[1] {15}
        S: one
        S: two
        S: three BINARY.SIZE[2] 7 BINARY.SIZE[3] 4)
        S: a OK …
        C: b FETCH 1 BINARY.PEEK[1]<5.3>
        S: * 1 FETCH (BINARY[1]<5> {3}
        S: two)
        S: b OK …
      `)
    }))

  it.effect("§7.5.2 ENVELOPE: what is not there is NIL, what is empty is empty; Sender and Reply-To are From", () =>
    Effect.gen(function*() {
      const { deliver, play } = yield* makeStage({ ...options, begin: "selected" })
      yield* deliver(message(`From: a@x.test
Subject:
Reply-To:
Cc:
To: Friends: b@x.test;

`))
      const from = `((NIL NIL "a" "x.test"))`
      const to = `((NIL NIL "Friends" NIL)(NIL NIL "b" "x.test")(NIL NIL NIL NIL))`
      yield* play(`
        C: a FETCH 1 ENVELOPE
        S: * 1 FETCH (ENVELOPE (NIL "" ${from} ${from} ${from} ${to} NIL NIL NIL NIL))
        S: a OK …
      `)
    }))
})
