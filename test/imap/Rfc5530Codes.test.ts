/** Each response code of RFC 5530 (and those of RFC 9051 §7.1) where it applies; the others stand with their command. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { MailStoreError } from "../../src/ports/MailStore.ts"
import { makeAccount, type Watched } from "./Account.ts"
import { connect, makeStage, onEachStore, transcript } from "./Transcript.ts"

const PLAIN = Buffer.from("bob@leap.test\0alice@leap.test\0correct horse").toString("base64")

onEachStore("response codes", (options) => {
  it.effect("NONEXISTENT, ALREADYEXISTS, CANNOT, TRYCREATE, USEATTR: mailboxes", () =>
    transcript(
      `
      C: a SELECT nowhere
      S: a NO [NONEXISTENT] There is no mailbox nowhere
      C: b STATUS nowhere (MESSAGES)
      S: b NO [NONEXISTENT] …
      C: c DELETE nowhere
      S: c NO [NONEXISTENT] …
      C: d RENAME nowhere somewhere
      S: d NO [NONEXISTENT] …
      C: e CREATE Sent
      S: e NO [ALREADYEXISTS] …
      C: f RENAME Drafts Sent
      S: f NO [ALREADYEXISTS] …
      C: g CREATE INBOX
      S: g NO [ALREADYEXISTS] …
      C: h DELETE INBOX
      S: h NO [CANNOT] …
      C: i CREATE "a//b"
      S: i NO [CANNOT] …
      C: j APPEND nowhere {4+}
      C: a: b
      S: j NO [TRYCREATE] There is no mailbox nowhere
      C: k CREATE one (USE (\\Flagged))
      S: k NO [USEATTR] …
      C: l SELECT INBOX
      S: * FLAGS …
      S: * 0 EXISTS
      S: * 0 RECENT
      S: * OK …
      S: * OK …
      S: * OK …
      S: * OK …
      S: * OK …
      S: l OK [READ-WRITE] …
      C: m UID COPY 1 nowhere
      S: m NO [TRYCREATE] …
      C: n UID MOVE 1 nowhere
      S: n NO [TRYCREATE] …
    `,
      options
    ))

  it.effect("NONEXISTENT: the selected mailbox, when another has deleted it", () =>
    Effect.gen(function*() {
      const { peer, play } = yield* makeStage(options)
      const client = yield* peer(1)
      yield* client.send("a CREATE short\r\nb SELECT short\r\n")
      while (!(yield* client.line).startsWith("b OK")) continue
      yield* play("C2: a DELETE short\nS2: a OK …\nC: c UID STORE 1 +FLAGS (x)\nS: c NO [NONEXISTENT] …")
    }))

  it.effect("READ-ONLY: changes of a mailbox that was only examined", () =>
    Effect.gen(function*() {
      const { deliver, peer, play } = yield* makeStage(options)
      yield* deliver("a: b\r\n\r\n")
      const client = yield* peer(1)
      yield* client.send("a EXAMINE INBOX\r\n")
      while (!(yield* client.line).startsWith("a OK [READ-ONLY]")) continue
      yield* play(`
        C: b STORE 1 +FLAGS (\\Seen)
        S: b NO [READ-ONLY] …
        C: c EXPUNGE
        S: c NO [READ-ONLY] …
        C: d MOVE 1 Trash
        S: d NO [READ-ONLY] …
        C: e COPY 1 Trash
        S: e OK [COPYUID …
      `)
    }))
})

const broken: Watched = (store) => ({
  ...store,
  mailbox: (name) =>
    name === "Sent"
      ? Effect.fail(new MailStoreError({ operation: "mailbox", cause: new Error("the disk is gone") }))
      : name === "Trash"
      ? Effect.die(new Error("nobody thought of this"))
      : store.mailbox(name)
})

describe("response codes", () => {
  it.effect("AUTHORIZATIONFAILED, CANNOT, PRIVACYREQUIRED: logins", () =>
    Effect.gen(function*() {
      yield* transcript(
        `
        S: * OK …
        C: a AUTHENTICATE PLAIN ${PLAIN}
        S: a NO [AUTHORIZATIONFAILED] …
        C: b AUTHENTICATE CRAM-MD5
        S: b NO [CANNOT] …
      `,
        { begin: "greeted" }
      )
      yield* transcript(`S: * OK …\nC: a LOGIN a b\nS: a NO [PRIVACYREQUIRED] …`, {
        begin: "greeted",
        isPrivate: false
      })
    }))

  it.effect("UNAVAILABLE and SERVERBUG: what the client cannot help, and the session goes on", () =>
    transcript(
      `
      C: a STATUS Sent (MESSAGES)
      S: a NO [UNAVAILABLE] …
      C: b STATUS Trash (MESSAGES)
      S: b NO [SERVERBUG] …
      C: c STATUS INBOX (MESSAGES)
      S: * STATUS INBOX (MESSAGES 0)
      S: c OK …
    `,
      { watched: broken }
    ))

  it.effect("CLIENTBUG: what no client should ever send", () =>
    transcript(`
      C: a LOGIN alice@leap.test "correct horse"
      S: a BAD [CLIENTBUG] …
      C: b SELECT INBOX (QRESYNC (1 1))
      S: b BAD [CLIENTBUG] …
      C: c IDLE
      S: + idling
      C: d NOOP
      S: c BAD [CLIENTBUG] IDLE ends with DONE
    `))

  it.effect("LIMIT: where the grammar allows more than this server takes, and where that is", () =>
    Effect.gen(function*() {
      const many = (count: number, text: string) => Array.from({ length: count }, () => text).join(" ")
      yield* transcript(
        `
        C: a SEARCH ${many(60, "NOT")} ALL
        S: a BAD [LIMIT] the search is nested too deep or too long (at character …
        C: b LIST "" (${many(51, "a")})
        S: b BAD [LIMIT] there are too many patterns (at character …
        C: c STORE 1 FLAGS (${many(201, "a")})
        S: c BAD [LIMIT] there are too many flags (at character …
        C: d FETCH 1 BODY[${Array.from({ length: 300 }, () => 1).join(".")}]
        S: d BAD [LIMIT] the section goes too deep (at character …
      `,
        { begin: "selected" }
      )
    }))

  it.effect("a text is one line, whatever the client called a mailbox", () =>
    Effect.gen(function*() {
      const { accounts } = yield* makeAccount("memory")
      const client = yield* connect(accounts)
      yield* client.send(
        "a LOGIN alice@leap.test \"correct horse\"\r\nb SELECT {14+}\r\nx\r\n* BYE ha\x80\xff\r\nc NOOP\r\n"
      )
      const lines: Array<string> = []
      while (!(lines.at(-1) ?? "").startsWith("c ")) lines.push(yield* client.line)
      assert.match(lines.at(-2) ?? "", /^b (NO|BAD) /)
      assert.isFalse(lines.some((line) => line.startsWith("* BYE")))
    }))
})
