import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { makeStage, message, onEachStore } from "./Transcript.ts"

const messages = [
  {
    text: message(`Date: Mon, 1 Jun 2026 23:30:00 -0800
From: Smith <fred@leap.test>
To: alice@leap.test
Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?= from the sea
X-List: one

The weather is fine.
`),
    flags: ["\\Seen", "\\Answered", "$Work"],
    at: Date.UTC(2026, 5, 2, 7, 30)
  },
  {
    text: message(`Date: Wed, 3 Jun 2026 12:00:00 +0000
From: Bob <bob@leap.test>
To: list@leap.test
Cc: alice@leap.test
Bcc: carol@leap.test
Subject: weather
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: base64

U2Now7ZuZSBHcsO8w59lIQ==
`),
    flags: ["\\Flagged", "\\Draft"],
    at: Date.UTC(2026, 5, 3, 12)
  },
  {
    text: message(`From: nobody
X-List:

${"long ".repeat(100)}
`),
    flags: ["\\Deleted"],
    at: Date.UTC(2026, 5, 4)
  }
]

/** Each key of the RFC, in its order: what it finds among the messages above. */
const keys: ReadonlyArray<readonly [key: string, numbers: string]> = [
  ["2:*", "2 3"],
  ["ALL", "1 2 3"],
  ["ANSWERED", "1"],
  ["BCC carol", "2"],
  ["BEFORE 3-Jun-2026", "1"],
  ["BODY weather", "1"],
  ["BODY \"sch\xc3\xb6ne gr\xc3\xbcsse\"", "2"],
  ["BODY \"SCH\xc3\x96NE GR\xc3\x9cSSE\"", "2"],
  ["CC ALICE@", "2"],
  ["DELETED", "3"],
  ["DRAFT", "2"],
  ["FLAGGED", "2"],
  ["FROM smith", "1"],
  ["FROM fred@leap", "1"],
  ["HEADER x-list \"\"", "1 3"],
  ["HEADER X-List ONE", "1"],
  ["HEADER X-None \"\"", ""],
  ["HEADER {6+}\r\nX-List {3+}\r\none", "1"],
  ["KEYWORD $work", "1"],
  ["LARGER 400", "3"],
  ["NEW", ""],
  ["NOT ANSWERED", "2 3"],
  ["NOT 1:2", "3"],
  ["OLD", "1 2 3"],
  ["ON 3-Jun-2026", "2"],
  ["ON \"4-Jun-2026\"", "3"],
  ["OR ANSWERED DELETED", "1 3"],
  ["OR OR 1 2 NOT ALL", "1 2"],
  ["RECENT", ""],
  ["SEEN", "1"],
  ["SENTBEFORE 2-Jun-2026", "1"],
  ["SENTON 1-Jun-2026", "1"],
  ["SENTON 2-Jun-2026", ""],
  ["SENTSINCE 2-Jun-2026", "2"],
  ["SINCE 3-Jun-2026", "2 3"],
  ["SMALLER 400", "1 2"],
  ["SUBJECT gr\xc3\xbc", "1"],
  ["SUBJECT \"FROM THE\"", "1"],
  ["TEXT weather", "1 2"],
  ["TEXT X-LIST", "1 3"],
  ["TO list", "2"],
  ["UID 1,3:9", "1 3"],
  ["UNANSWERED", "2 3"],
  ["UNDELETED", "1 2"],
  ["UNDRAFT", "1 3"],
  ["UNFLAGGED", "1 3"],
  ["UNKEYWORD $WORK", "2 3"],
  ["UNSEEN", "2 3"],
  // Put together.
  ["UNSEEN UNDELETED", "2"],
  ["(UNSEEN UNDELETED)", "2"],
  ["(UNSEEN) (UNDELETED)", "2"],
  ["NOT (SEEN OR ANSWERED DELETED)", "2 3"],
  ["OR (SINCE 4-Jun-2026 DELETED) (FROM \"bob\" NOT SEEN)", "2 3"],
  ["1:2 NOT FROM Smith", "2"],
  ["NOT NOT NOT SEEN", "2 3"],
  ["((((2))))", "2"],
  ["CHARSET UTF-8 SUBJECT {3+}\r\n\xc3\xbc\xff", ""],
  ["CHARSET utf-8 SUBJECT {6+}\r\nGr\xc3\xbc\xc3\x9f", "1"],
  ["CHARSET \"US-ASCII\" SUBJECT sea", "1"],
  ["SUBJECT \"\"", "1 2"]
]

onEachStore("RFC 3501 §6.4.4 SEARCH", (options) => {
  const withThree = Effect.gen(function*() {
    const stage = yield* makeStage({ ...options, begin: "selected" })
    for (const { at, flags, text } of messages) yield* stage.deliver(text, { at, flags })
    return stage
  })

  it.effect("every key", () =>
    Effect.gen(function*() {
      const { peer } = yield* withThree
      const client = yield* peer(1)
      const wrong: Array<string> = []
      for (const [key, numbers] of keys) {
        yield* client.send(`t SEARCH ${key}\r\n`)
        const line = yield* client.line
        if (line !== `* SEARCH ${numbers}`.trimEnd()) wrong.push(`${key}: ${line}, not ${numbers}`)
        if (!(yield* client.line).startsWith("t OK")) wrong.push(key)
      }
      assert.deepStrictEqual(wrong, [])
    }))

  it.effect("UID SEARCH answers in uids", () =>
    Effect.gen(function*() {
      const { play } = yield* withThree
      yield* play(String.raw`
        C: a UID STORE 2 +FLAGS.SILENT (\Deleted)
        S: a OK …
        C: b UID EXPUNGE 2
        S: * 2 EXPUNGE
        S: b OK …
        C: c UID SEARCH DELETED
        S: * SEARCH 3
        S: c OK …
        C: d SEARCH DELETED
        S: * SEARCH 2
        S: d OK …
        C: e UID SEARCH 2 UID 3
        S: * SEARCH 3
        S: e OK …
      `)
    }))

  it.effect("a charset that is not known, and a number past the last", () =>
    Effect.gen(function*() {
      const { play } = yield* withThree
      yield* play(`
        C: a SEARCH CHARSET KOI8-R TEXT x
        S: a NO [BADCHARSET (US-ASCII UTF-8)] This server searches in UTF-8
        C: b SEARCH 4
        S: b BAD There are not so many messages in this mailbox
        C: c SEARCH OR SEEN (NOT 1:4)
        S: c BAD There are not so many messages in this mailbox
        C: d SEARCH UID 4:*
        S: * SEARCH 3
        S: d OK …
      `)
    }))

  it.effect("in an empty mailbox there is nothing", () =>
    Effect.gen(function*() {
      const { play } = yield* makeStage({ ...options, begin: "selected" })
      yield* play("C: a SEARCH 1:*\nS: * SEARCH\nS: a OK …\nC: b UID SEARCH NOT ALL\nS: * SEARCH\nS: b OK …")
    }))
})
