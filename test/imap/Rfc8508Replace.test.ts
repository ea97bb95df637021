import { describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { makeStage, onEachStore, type Options } from "./Transcript.ts"

const SELECT = `
  C: s SELECT Drafts
  S: (until) * OK [UIDVALIDITY «validity»] …
  S: (until) s OK …
`

/** Drafts has four messages, and is selected. */
const withDrafts = Effect.fnUntraced(function*(options?: Options) {
  const stage = yield* makeStage(options)
  for (let at = 1; at <= 4; at++) yield* stage.deliver(`Subject: ${at}\r\n\r\n`, { mailbox: "Drafts" })
  yield* stage.play(SELECT)
  return stage
})

onEachStore("RFC 8508 REPLACE", (options) => {
  it.effect("§3.2 and §3.3 the RFC's examples: REPLACE, and UID REPLACE of what came of it", () =>
    Effect.gen(function*() {
      const { play } = yield* withDrafts(options)
      yield* play(String.raw`
        C: A003 REPLACE 4 Drafts (\Seen \Draft) {312}
        S: + Ready for the literal
        C: Date: Thu, 1 Jan 2015 00:05:00 -0500 (EST)
        C: From: Fritz Schmidt <fritz.ze@example.org>
        C: Subject: happy new year !!
        C: To: miss.mitzy@example.org
        C: Message-Id: <B238822388-0100000@example.org>
        C: MIME-Version: 1.0
        C: Content-Type: TEXT/PLAIN; CHARSET=US-ASCII
        C:
        C: Just saw the best fireworks show. Wish you were here.
        C:
        C:
        S: * OK [APPENDUID «validity» 5] …
        S: * 5 EXISTS
        S: * 4 EXPUNGE
        S: A003 OK Replaced
        C: A004 UID REPLACE 5 Drafts (\Seen \Draft) {348}
        S: + Ready for the literal
        C: Date: Thu, 1 Jan 2015 00:06:00 -0500 (EST)
        C: From: Fritz Schmidt <fritz.ze@example.org>
        C: Subject: happy new year !!
        C: To: miss.mitzy@example.org
        C: Message-Id: <B238822389-0100000@example.org>
        C: MIME-Version: 1.0
        C: Content-Type: TEXT/PLAIN; CHARSET=US-ASCII
        C:
        C: Just saw the best fireworks show. Wish you were here.
        C: Hopefully next year you can join us.
        C:
        S: * OK [APPENDUID «validity» 6] …
        S: * 5 EXISTS
        S: * 4 EXPUNGE
        S: A004 OK Replaced
        C: a FETCH 4 (UID FLAGS RFC822.SIZE)
        S: * 4 FETCH (UID 6 FLAGS (\Seen \Draft) RFC822.SIZE 348)
        S: a OK …
      `)
    }))

  it.effect("§3.4 into another mailbox, as a draft that was sent; nothing is inherited", () =>
    Effect.gen(function*() {
      const { play } = yield* withDrafts(options)
      yield* play(String.raw`
        C: a STORE 2 +FLAGS.SILENT (\Flagged)
        S: a OK …
        C: b REPLACE 2 Sent {4+}
        C: a: b
        S: * OK [APPENDUID … 1] …
        S: * 2 EXPUNGE
        S: b OK Replaced
        C: c STATUS Sent (MESSAGES UNSEEN)
        S: * STATUS Sent (MESSAGES 1 UNSEEN 1)
        S: c OK …
        C: d UID SEARCH FLAGGED
        S: * SEARCH
        S: d OK …
      `)
    }))

  it.effect("§3.4 what does not come about changes nothing", () =>
    Effect.gen(function*() {
      const { play } = yield* withDrafts(options)
      yield* play(String.raw`
        C: a REPLACE 1 New {4+}
        C: a: b
        S: a NO [TRYCREATE] There is no mailbox New
        C: b REPLACE 5 Drafts {4+}
        C: a: b
        S: b BAD There are not so many messages in this mailbox
        C: c UID REPLACE 5 Drafts {4+}
        C: a: b
        S: c NO [NONEXISTENT] There is no such message (any more): nothing was replaced
        C: d REPLACE 1 Drafts {0+}
        C:
        S: d NO A message has at least one octet: nothing was appended
        C: e REPLACE 1:2 Drafts {4+}
        C: a: b
        S: e BAD expected a space (at character 12)
        C: f REPLACE 1 Drafts {4+}
        C: a: b {4+}
        C: a: c
        S: f BAD expected the end of the command (at character 31)
        C: g UID SEARCH ALL
        S: * SEARCH 1 2 3 4
        S: g OK …
        C: h EXAMINE Drafts
        S: * OK [CLOSED] …
        S: (until) h OK [READ-ONLY] …
        C: i REPLACE 1 Drafts {4+}
        C: a: b
        S: i NO [READ-ONLY] This mailbox is open for reading only: use SELECT to change it
      `)
    }))

  it.effect("§3.5 only where a mailbox is selected", () =>
    Effect.gen(function*() {
      const { play } = yield* makeStage(options)
      yield* play(`
        C: a REPLACE 1 Drafts {4+}
        C: a: b
        S: a BAD Select a mailbox first
        C: b UID REPLACE 1 Drafts {4+}
        C: a: b
        S: b BAD Select a mailbox first
      `)
    }))

  it.effect("§4.2 with CATENATE, the RFC's example: headers put before what is there", () =>
    Effect.gen(function*() {
      const { play } = yield* withDrafts(options)
      yield* play(`
        C: A011 UID REPLACE 4 Drafts CATENATE (TEXT {71}
        S: + Ready for the literal
        C: To: Mitzy <miss.mitzy@example.org>
        C: Subject: My view of the fireworks
        C:  URL "/Drafts/;UID=4")
        S: * OK [APPENDUID «validity» 5] …
        S: * 5 EXISTS
        S: * 4 EXPUNGE
        S: A011 OK Replaced
        C: a FETCH 4 BODY.PEEK[]
        S: * 4 FETCH (BODY[] {85}
        S: To: Mitzy <miss.mitzy@example.org>
        S: Subject: My view of the fireworks
        S: Subject: 4
        S:
        S: )
        S: a OK …
      `)
    }))

  it.effect("§4.5 is told as an expunge by uid; another session sees both at once", () =>
    Effect.gen(function*() {
      const { play } = yield* withDrafts(options)
      yield* play(`
        C2: s SELECT Drafts
        S2: (until) s OK …
        C: q ENABLE QRESYNC
        S: * ENABLED QRESYNC
        S: * OK [HIGHESTMODSEQ 5] …
        S: q OK …
        C: a REPLACE * Drafts {4+}
        C: a: b
        S: * OK [APPENDUID «validity» 5] …
        S: * 5 EXISTS
        S: * VANISHED 4
        S: a OK [HIGHESTMODSEQ 7] Replaced
        C2: a REPLACE 4 Drafts {4+}
        C2: a: c
        S2: * 4 EXPUNGE
        S2: * 4 EXISTS
        S2: a NO [NONEXISTENT] …
      `)
    }))
})

describe("RFC 9586 UIDONLY and REPLACE", () => {
  it.effect("by uid only", () =>
    Effect.gen(function*() {
      const { play } = yield* withDrafts()
      yield* play(`
        C: e ENABLE UIDONLY
        S: * ENABLED UIDONLY
        S: e OK …
        C: a REPLACE 4 Drafts {4+}
        C: a: b
        S: a BAD [UIDREQUIRED] …
        C: b UID REPLACE 4 Drafts {4+}
        C: a: b
        S: * OK [APPENDUID «validity» 5] …
        S: * 5 EXISTS
        S: * VANISHED 4
        S: b OK Replaced
      `)
    }))
})
