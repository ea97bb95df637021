import { describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { makeStage, onEachStore, transcript } from "./Transcript.ts"

onEachStore("RFC 3501 §6.3.1 SELECT, §6.3.2 EXAMINE", (options) => {
  it.effect("says what the mailbox holds", () =>
    Effect.gen(function*() {
      const { deliver, play } = yield* makeStage(options)
      yield* deliver("a: 1\r\n\r\n", { flags: ["\\Seen"] })
      yield* deliver("a: 2\r\n\r\n", { flags: ["\\Flagged"] })
      yield* play(String.raw`
        C: a select inbox
        S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft $Forwarded $MDNSent $Junk $NotJunk $Phishing)
        S: * 2 EXISTS
        S: * 0 RECENT
        S: * OK [UNSEEN 2] First not seen
        S: * OK [PERMANENTFLAGS (\Answered \Flagged \Deleted \Seen \Draft $Forwarded $MDNSent $Junk $NotJunk $Phishing \*)] …
        S: * OK [UIDVALIDITY «validity»] …
        S: * OK [UIDNEXT 3] …
        S: * OK [HIGHESTMODSEQ …
        S: * OK [MAILBOXID …
        S: a OK [READ-WRITE] …
        C: b EXAMINE {5+}
        C: INBOX
        S: * OK [CLOSED] …
        S: * FLAGS …
        S: * 2 EXISTS
        S: * 0 RECENT
        S: * OK [UNSEEN 2] …
        S: * OK [PERMANENTFLAGS ()] …
        S: * OK [UIDVALIDITY «validity»] …
        S: * OK [UIDNEXT 3] …
        S: * OK [HIGHESTMODSEQ …
        S: * OK [MAILBOXID …
        S: b OK [READ-ONLY] …
      `)
    }))

  it.effect("names no unseen message where there is none", () =>
    Effect.gen(function*() {
      const { deliver, play } = yield* makeStage(options)
      yield* deliver("a: 1\r\n\r\n", { flags: ["\\Seen"] })
      yield* play(`
        C: a SELECT INBOX
        S: * FLAGS …
        S: * 1 EXISTS
        S: * 0 RECENT
        S: * OK [PERMANENTFLAGS …
        S: * OK [UIDVALIDITY …
        S: * OK [UIDNEXT 2] …
        S: * OK [HIGHESTMODSEQ …
        S: * OK [MAILBOXID …
        S: a OK …
      `)
    }))

  it.effect("leaves the mailbox before it, even where it fails", () =>
    transcript(
      `
      C: a SELECT Nowhere
      S: * OK [CLOSED] …
      S: a NO [NONEXISTENT] There is no mailbox Nowhere
      C: b FETCH 1 FLAGS
      S: b BAD Select a mailbox first
    `,
      { ...options, begin: "selected" }
    ))

  it.effect("an examined mailbox is not changed, nor are messages seen", () =>
    Effect.gen(function*() {
      const { deliver, play } = yield* makeStage({ ...options, begin: "selected" })
      yield* deliver("a: 1\r\n\r\nx", { flags: ["\\Deleted"] })
      yield* play(String.raw`
        C: a EXAMINE INBOX
        S: * OK [CLOSED] …
        S: * FLAGS …
        S: * 1 EXISTS
        S: * 0 RECENT
        S: * OK [UNSEEN 1] …
        S: * OK [PERMANENTFLAGS ()] …
        S: * OK [UIDVALIDITY …
        S: * OK [UIDNEXT 2] …
        S: * OK [HIGHESTMODSEQ …
        S: * OK [MAILBOXID …
        S: a OK [READ-ONLY] …
        C: b FETCH 1 BODY[TEXT]
        S: * 1 FETCH (BODY[TEXT] {1}
        S: x)
        S: b OK …
        C: c STORE 1 +FLAGS (\Seen)
        S: c NO [READ-ONLY] This mailbox is open for reading only: use SELECT to change it
        C: d EXPUNGE
        S: d NO [READ-ONLY] This mailbox is open for reading only: use SELECT to change it
        C: e MOVE 1 Trash
        S: e NO [READ-ONLY] This mailbox is open for reading only: use SELECT to change it
        C: f COPY 1 Trash
        S: f OK [COPYUID … 1 1] Copied
        C: g CLOSE
        S: g OK …
        C: h STATUS INBOX (MESSAGES UNSEEN)
        S: * STATUS INBOX (MESSAGES 1 UNSEEN 1)
        S: h OK …
      `)
    }))
})

onEachStore("RFC 3501 §6.4.2 CLOSE, RFC 3691 UNSELECT", (options) => {
  const left = (command: string, messages: number) =>
    Effect.gen(function*() {
      const { deliver, play } = yield* makeStage({ ...options, begin: "selected" })
      yield* deliver("a: 1\r\n\r\n", { flags: ["\\Deleted"] })
      yield* deliver("a: 2\r\n\r\n")
      yield* play(`
        C: a ${command}
        S: a OK Closed
        C: b CHECK
        S: b BAD Select a mailbox first
        C: c STATUS INBOX (MESSAGES)
        S: * STATUS INBOX (MESSAGES ${messages})
        S: c OK …
      `)
    })

  it.effect("CLOSE expunges without telling", () => left("CLOSE", 1))
  it.effect("UNSELECT leaves what is deleted", () => left("UNSELECT", 2))
})

describe("RFC 3501 §6.4.1 CHECK, §6.1.2 NOOP", () => {
  it.effect("tell what is new", () =>
    Effect.gen(function*() {
      const { deliver, play } = yield* makeStage({ begin: "selected" })
      yield* play("C: a NOOP\nS: a OK …")
      yield* deliver("a: 1\r\n\r\n")
      yield* play("C: b NOOP\nS: * 1 EXISTS\nS: b OK …")
      yield* deliver("a: 2\r\n\r\n")
      yield* play("C: c CHECK\nS: * 2 EXISTS\nS: c OK …")
    }))
})
