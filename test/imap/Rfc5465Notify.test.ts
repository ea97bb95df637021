import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { makeStage, onEachStore, type Options, transcript } from "./Transcript.ts"

const SELECT_INBOX = `
  C: c select inbox
  S: (until) c OK …
`

const MAIL = "Subject: Re: good morning\r\nFrom: alice@example.org\r\nTo: bob@example.org\r\n\r\ntext"

/** Lists with two mailboxes below it, and a message in INBOX. */
const withLists = Effect.fnUntraced(function*(options?: Options) {
  const stage = yield* makeStage(options)
  yield* stage.store.create("Lists/Lemonade")
  yield* stage.store.create("Lists/Im2000")
  yield* stage.deliver("a: b\r\n\r\n")
  return stage
})

onEachStore("RFC 5465 NOTIFY", (options) => {
  it.effect("§3.1 the RFC's example", () =>
    Effect.gen(function*() {
      const { deliver, play, store } = yield* withLists(options)
      yield* deliver("a: b\r\n\r\n", { mailbox: "Lists/Lemonade" })
      yield* play(`
        C: b notify set status (selected (MessageNew (uid body.peek[header.fields (from to subject)]) MessageExpunge)) (subtree Lists (MessageNew MessageExpunge))
        S: * STATUS Lists (MESSAGES 0 UIDNEXT 1 UIDVALIDITY …)
        S: * STATUS Lists/Im2000 (MESSAGES 0 UIDNEXT 1 UIDVALIDITY …)
        S: * STATUS Lists/Lemonade (MESSAGES 1 UIDNEXT 2 UIDVALIDITY …)
        S: b OK That is told from now on
        ${SELECT_INBOX}
      `)
      yield* deliver(MAIL, { mailbox: "Lists/Lemonade" })
      yield* play("S: * STATUS Lists/Lemonade (MESSAGES 2 UIDNEXT 3)")
      yield* deliver(MAIL)
      yield* play(`
        S: * 2 EXISTS
        S: * 2 FETCH (UID 2 BODY[HEADER.FIELDS (from to subject)] {75}
        S: Subject: Re: good morning
        S: From: alice@example.org
        S: To: bob@example.org
        S:
        S: )
        C: d STATUS Drafts (UIDVALIDITY UIDNEXT MESSAGES)
        S: * STATUS Drafts (UIDVALIDITY … UIDNEXT 1 MESSAGES 0)
        S: d OK …
        C: e notify set (selected (MessageNew (uid body.peek[header.fields (from to subject)]) MessageExpunge)) (subtree Lists (MessageNew MessageExpunge)) (mailboxes Drafts (MessageNew MessageExpunge))
        S: e OK …
      `)
      yield* deliver("a: c\r\n\r\n", { mailbox: "Drafts" })
      yield* play("S: * STATUS Drafts (MESSAGES 1 UIDNEXT 2)")
      yield* deliver("a: d\r\n\r\n", { mailbox: "Sent" })
      const { id } = yield* store.mailbox("INBOX")
      yield* store.flag(id, [{ from: 1, to: 1 }], "add", ["\\Deleted"])
      yield* store.expunge(id)
      yield* play(`
        S: * 1 EXPUNGE
        C: f NOOP
        S: f OK …
      `)
    }))

  it.effect("§3.1 NONE: nothing is told any more, not even by commands; what the client does itself is", () =>
    Effect.gen(function*() {
      const { deliver, play, store } = yield* withLists(options)
      yield* play(SELECT_INBOX)
      yield* deliver(MAIL)
      yield* play(`
        C: a NOTIFY NONE
        S: * 2 EXISTS
        S: a OK Nothing is told
      `)
      yield* deliver(MAIL)
      const { id } = yield* store.mailbox("INBOX")
      yield* store.flag(id, [{ from: 1, to: 1 }], "add", ["\\Deleted"])
      yield* play(String.raw`
        C: b NOOP
        S: b OK …
        C: c UID FETCH 1:* FLAGS
        S: * 1 FETCH (UID 1 FLAGS (\Deleted))
        S: * 2 FETCH (UID 2 FLAGS ())
        S: c OK …
        C: d IDLE
        S: + idling
        C: DONE
        S: d OK …
        C: e EXPUNGE
        S: * 1 EXPUNGE
        S: * 2 EXISTS
        S: e OK …
        C: f NOTIFY SET (selected (MessageNew MessageExpunge FlagChange))
        S: f OK …
      `)
      yield* store.flag(id, [{ from: 2, to: 3 }], "add", ["\\Flagged"])
      yield* play(String.raw`
        S: * 1 FETCH (UID 2 FLAGS (\Flagged))
        S: * 2 FETCH (UID 3 FLAGS (\Flagged))
      `)
    }))

  it.effect("§3.1 SET tells at once what has come together, before what it asks for", () =>
    Effect.gen(function*() {
      const { deliver, play } = yield* withLists(options)
      yield* play(SELECT_INBOX)
      yield* deliver(MAIL)
      yield* play(`
        C: a NOTIFY SET STATUS (personal NONE) (mailboxes INBOX (MessageNew MessageExpunge))
        S: * 2 EXISTS
        S: a OK …
      `)
      yield* deliver(MAIL)
      yield* play(`
        C: b NOOP
        S: b OK …
      `)
    }))

  it.effect("§5.1 FlagChange: FETCH in the selected mailbox, STATUS elsewhere, with modseqs where they are enabled", () =>
    Effect.gen(function*() {
      const { deliver, play, store } = yield* withLists(options)
      yield* play(SELECT_INBOX)
      yield* deliver(MAIL, { mailbox: "Lists/Lemonade" })
      const [inbox, lemonade] = [yield* store.mailbox("INBOX"), yield* store.mailbox("Lists/Lemonade")]
      const one = [{ from: 1, to: 1 }]
      yield* play(`
        C: a NOTIFY SET STATUS (selected-delayed (MessageNew MessageExpunge FlagChange)) (mailboxes (Lists/Lemonade Nowhere) (MessageNew MessageExpunge FlagChange))
        S: * STATUS Lists/Lemonade (MESSAGES 1 UIDNEXT 2 UIDVALIDITY «lemonade» HIGHESTMODSEQ 2)
        S: a OK …
      `)
      yield* store.flag(inbox.id, one, "add", ["$Junk"])
      yield* play("S: * 1 FETCH (UID 1 FLAGS ($Junk))")
      yield* store.flag(lemonade.id, one, "add", ["$Junk"])
      yield* store.flag(lemonade.id, one, "add", ["\\Seen"])
      yield* play(`
        S: * STATUS Lists/Lemonade (UNSEEN 0)
        C: b ENABLE CONDSTORE
        S: * ENABLED CONDSTORE
        S: * OK [HIGHESTMODSEQ 3] …
        S: b OK …
      `)
      yield* store.flag(lemonade.id, one, "remove", ["$Junk"])
      yield* play("S: * STATUS Lists/Lemonade (UIDVALIDITY «lemonade» HIGHESTMODSEQ 5)")
      yield* deliver(MAIL, { mailbox: "Lists/Lemonade" })
      yield* play("S: * STATUS Lists/Lemonade (MESSAGES 2 UIDNEXT 3 HIGHESTMODSEQ 6)")
    }))

  it.effect("§5.2 no FETCH of what the session put there itself, and no STATUS; of what another put there, both", () =>
    Effect.gen(function*() {
      const { play } = yield* withLists(options)
      yield* play(`
        ${SELECT_INBOX}
        C: a NOTIFY SET (selected (MessageNew (uid) MessageExpunge)) (personal (MessageNew MessageExpunge))
        S: a OK …
        C: b APPEND INBOX {4+}
        C: a: b
        S: * 2 EXISTS
        S: b OK [APPENDUID … 2] Appended
        C: d COPY 1 INBOX
        S: * 3 EXISTS
        S: d OK [COPYUID … 1 3] Copied
        C: e COPY 1 Sent
        S: e OK …
        C: f APPEND Sent {4+}
        C: a: b
        S: f OK …
        C: g MOVE 3 Sent
        S: * OK [COPYUID … 3 3] …
        S: * 3 EXPUNGE
        S: g OK …
        C: h NOOP
        S: h OK …
        C2: a APPEND INBOX {4+}
        C2: a: b
        S2: a OK …
        S: * 3 EXISTS
        S: * 3 FETCH (UID 4)
        C2: b APPEND Sent {4+}
        C2: a: b
        S2: b OK …
        S: * STATUS Sent (MESSAGES 4 UIDNEXT 5)
        C: i UID FETCH 1 (UID)
        S: * 1 FETCH (UID 1)
        S: i OK …
      `)
    }))

  it.effect("§5.3, §6.1.2 MessageExpunge: STATUS elsewhere; delayed in the selected mailbox until a command", () =>
    Effect.gen(function*() {
      const { deliver, play, store } = yield* withLists(options)
      yield* deliver(MAIL)
      yield* deliver(MAIL, { mailbox: "Sent", flags: ["\\Deleted"] })
      yield* play(`
        ${
        SELECT_INBOX.replace("* 1 EXISTS", "* 2 EXISTS").replace("UIDNEXT 2", "UIDNEXT 3").replace(
          "MODSEQ 2",
          "MODSEQ 3"
        )
      }
        C: a NOTIFY SET (selected-delayed (MessageNew MessageExpunge FlagChange)) (inboxes (MessageNew MessageExpunge)) (subscribed (MessageNew MessageExpunge))
        S: a OK …
      `)
      yield* store.expunge((yield* store.mailbox("Sent")).id)
      yield* play("S: * STATUS Sent (MESSAGES 0 UIDNEXT 2)")
      const { id } = yield* store.mailbox("INBOX")
      yield* store.flag(id, [{ from: 1, to: 1 }], "add", ["\\Deleted"])
      yield* play(String.raw`S: * 1 FETCH (UID 1 FLAGS (\Deleted))`)
      yield* store.expunge(id)
      yield* deliver(MAIL)
      yield* play(`
        S: * 3 EXISTS
        C: b FETCH 2 UID
        S: * 2 FETCH (UID 2)
        S: b OK [EXPUNGEISSUED] …
        C: c IDLE
        S: + idling
        S: * 1 EXPUNGE
        C: DONE
        S: c OK …
      `)
    }))

  it.effect("§5.4 MailboxName: what is made, renamed and deleted, with the parent; not by the session itself", () =>
    Effect.gen(function*() {
      const { play, store } = yield* withLists(options)
      yield* play("C: a NOTIFY SET (personal (MailboxName))\nS: a OK …")
      yield* store.create("NewMailbox")
      yield* play(String.raw`S: * LIST (\HasNoChildren \Subscribed) "/" NewMailbox`)
      yield* store.create("NewMailbox/below")
      yield* play(String.raw`
        S: * LIST (\HasNoChildren \Subscribed) "/" NewMailbox/below
        S: * LIST (\HasChildren \Subscribed) "/" NewMailbox
      `)
      yield* store.rename("NewMailbox", "Renamed")
      yield* play(String.raw`S: * LIST (\HasChildren \Subscribed) "/" Renamed ("OLDNAME" (NewMailbox))`)
      yield* store.delete("Renamed/below")
      yield* play(String.raw`
        S: * LIST (\NonExistent) "/" Renamed/below
        S: * LIST (\HasNoChildren \Subscribed) "/" Renamed
        C: b CREATE Own/below
        S: * LIST (\HasChildren \Subscribed) "/" Own
        S: b OK …
        C: c RENAME Renamed Again
        S: c OK …
        C: d DELETE Own/below
        S: d OK …
        C: e UNSUBSCRIBE Again
        S: e OK …
        C: f NOOP
        S: f OK …
      `)
    }))

  it.effect("§5.5 SubscriptionChange: of what is subscribed now, or was", () =>
    Effect.gen(function*() {
      const { play, store } = yield* withLists(options)
      yield* play("C: a NOTIFY SET (subscribed (SubscriptionChange)) (mailboxes Trash (MailboxName))\nS: a OK …")
      yield* store.subscribe("Sent", false)
      yield* play(String.raw`S: * LIST (\HasNoChildren \Sent) "/" Sent`)
      yield* store.subscribe("Sent", true)
      yield* play(String.raw`S: * LIST (\HasNoChildren \Subscribed \Sent) "/" Sent`)
    }))

  it.effect("§5.6, §5.7 MailboxMetadataChange and ServerMetadataChange, without ENABLE METADATA", () =>
    Effect.gen(function*() {
      const { play } = yield* withLists(options)
      yield* play(`
        C: a NOTIFY SET (mailboxes INBOX (MailboxMetadataChange))
        S: a OK …
        C2: a SETMETADATA INBOX (/shared/comment "x")
        S2: a OK …
        S: * METADATA INBOX /shared/comment
        C2: b SETMETADATA Sent (/shared/comment "x")
        S2: b OK …
        C2: c SETMETADATA "" (/shared/comment "x")
        S2: c OK …
        C: b SETMETADATA INBOX (/shared/comment "y")
        S: b OK …
        C: c NOTIFY SET (personal (ServerMetadataChange))
        S: c OK …
        C2: d SETMETADATA "" (/shared/comment NIL)
        S2: d OK …
        S: * METADATA "" /shared/comment
      `)
    }))

  it.effect("a mailbox made again under a name is told as another; one that was left is told anew", () =>
    Effect.gen(function*() {
      const { deliver, play, store } = yield* withLists(options)
      yield* play(`
        C: a NOTIFY SET (mailboxes (Sent INBOX) (MessageNew MessageExpunge FlagChange))
        S: a OK …
      `)
      yield* store.delete("Sent")
      yield* store.create("Sent")
      yield* play("S: * STATUS Sent (MESSAGES 0 UIDNEXT 1 UIDVALIDITY …)")
      yield* play(SELECT_INBOX)
      yield* deliver(MAIL)
      yield* play(`
        C: b NOOP
        S: b OK …
        C: d UNSELECT
        S: * STATUS INBOX (MESSAGES 2 UIDNEXT 3 UNSEEN)
        S: d OK …
      `.replace(" UNSEEN)", " UNSEEN 2)"))
    }))
})

describe("RFC 5465 NOTIFY: what is refused", () => {
  it.effect("§3.1 BADEVENT names what there is; nothing is set", () =>
    transcript(`
      C: a NOTIFY SET (personal (MessageNew MessageExpunge AnnotationChange))
      S: a NO [BADEVENT (MessageNew MessageExpunge FlagChange MailboxName SubscriptionChange MailboxMetadataChange ServerMetadataChange)] …
      C: b NOTIFY SET (personal (SomethingElse))
      S: b NO [BADEVENT …
    `))

  it.effect("§5, §6.1, §8 what does not go together is BAD", () =>
    transcript(`
      C: a NOTIFY SET (personal (MessageNew))
      S: a BAD MessageNew and MessageExpunge go together (at character 14)
      C: b NOTIFY SET (personal (MessageExpunge FlagChange))
      S: b BAD MessageNew and MessageExpunge go together (at character 14)
      C: c NOTIFY SET (personal (FlagChange))
      S: c BAD FlagChange goes with MessageNew and MessageExpunge (at character 14)
      C: d NOTIFY SET (selected (MailboxName))
      S: d BAD of the selected mailbox there are events of messages only (at character 14)
      C: e NOTIFY SET (personal (MessageNew (uid) MessageExpunge))
      S: e BAD what is told of new messages goes with the selected mailbox only (at character 14)
      C: f NOTIFY SET (selected NONE) (selected-delayed NONE)
      S: f BAD the selected mailbox is named once (at character 10)
      C: g NOTIFY SET
      S: g BAD expected a space (at character 13)
      C: h NOTIFY SET (everything (MailboxName))
      S: h BAD expected selected, inboxes, personal, subscribed, subtree or mailboxes (at character 15)
      C: i NOTIFY ON
      S: i BAD expected SET or NONE (at character 10)
      C: j NOTIFY SET (subtree () (MailboxName))
      S: j BAD expected a word or a string (at character 24)
      C: k NOTIFY SET ${"(personal NONE) ".repeat(50)}(personal NONE)
      S: k BAD there are too many groups of mailboxes (at character 10)
    `))

  it.effect("§5.8 NOTIFICATIONOVERFLOW where too much has changed at once, and nothing after it", () =>
    Effect.gen(function*() {
      const { deliver, play, store } = yield* makeStage()
      const names = Array.from({ length: 1001 }, (_, at) => `top/${at}`)
      yield* Effect.forEach(names, (name) => store.create(name), { discard: true })
      yield* play("C: a NOTIFY SET (personal (MessageNew MessageExpunge))\nS: a OK …\nC: b IDLE\nS: + idling")
      yield* store.rename("top", "renamed")
      yield* play(`
        S: * OK [NOTIFICATIONOVERFLOW] …
        C: DONE
        S: b OK …
      `)
      yield* deliver(MAIL, { mailbox: "Sent" })
      yield* play("C: c NOOP\nS: c OK …")
    }))

  it.effect("a client that is in the middle of a command hears, and its command is whole", () =>
    Effect.gen(function*() {
      const { deliver, peer, play } = yield* makeStage({ begin: "selected" })
      yield* play("C: a NOTIFY SET (selected (MessageNew MessageExpunge))\nS: a OK …")
      const client = yield* peer(1)
      yield* client.send("b APPEND Sent {8}\r\n")
      yield* play("S: + Ready for the literal")
      yield* client.send("a: b")
      yield* deliver(MAIL)
      yield* play("S: * 1 EXISTS")
      yield* client.send("\r\n\r\n\r\nc NOOP\r\n")
      assert.match(yield* client.line, /^b OK/)
      assert.match(yield* client.line, /^c OK/)
    }))
})
