import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { MAX_ENTRIES, MAX_VALUE_BYTES } from "../../src/domain/mailbox/Metadata.ts"
import { makeStage, onEachStore, transcript } from "./Transcript.ts"

onEachStore("RFC 5464 METADATA", (options) => {
  it.effect("§4.2 GETMETADATA, the RFC's examples, of the server and of a mailbox; NIL where there is nothing", () =>
    transcript(
      `
      C: a SETMETADATA "" (/shared/comment "Shared comment")
      S: a OK …
      C: b GETMETADATA "" /shared/comment
      S: * METADATA "" (/shared/comment "Shared comment")
      S: b OK …
      C: c SETMETADATA INBOX (/private/comment "My own comment")
      S: c OK …
      C: d GETMETADATA "INBOX" /private/comment
      S: * METADATA INBOX (/private/comment "My own comment")
      S: d OK …
      C: e GETMETADATA "INBOX" (/shared/comment /private/comment)
      S: * METADATA INBOX (/shared/comment NIL)
      S: * METADATA INBOX (/private/comment "My own comment")
      S: e OK …
      C: f GETMETADATA "INBOX" /private/comment /shared/comment
      S: * METADATA INBOX (/private/comment "My own comment")
      S: * METADATA INBOX (/shared/comment NIL)
      S: f OK …
      C: F GETMETADATA inbox /private/comment
      S: * METADATA INBOX (/private/comment "My own comment")
      S: F OK …
      C: g GETMETADATA New /private/comment
      S: g NO [NONEXISTENT] There is no mailbox New
    `,
      options
    ))

  it.effect("§4.2.1 MAXSIZE, behind the mailbox as in the RFC's example, and before it as in its grammar", () =>
    transcript(
      `
      C: a SETMETADATA INBOX (/private/comment "My own comment" /shared/comment {2199+}
      C: ${"x".repeat(2199)} /shared/other {1025+}
      C: ${"y".repeat(1025)})
      S: a OK …
      C: b GETMETADATA "INBOX" (MAXSIZE 1024) (/shared/comment /private/comment)
      S: * METADATA INBOX (/private/comment "My own comment")
      S: b OK [METADATA LONGENTRIES 2199] …
      C: c GETMETADATA (DEPTH infinity MAXSIZE 14) INBOX /shared
      S: c OK [METADATA LONGENTRIES 2199] …
      C: d GETMETADATA (MAXSIZE 13) INBOX /PRIVATE/comment
      S: d OK [METADATA LONGENTRIES 14] …
    `,
      options
    ))

  it.effect("§4.2.2 DEPTH: an entry, its children, or all below it", () =>
    transcript(
      String.raw`
      C: a SETMETADATA INBOX (/private/filters/values/small "SMALLER 5000" /private/filters/values/boss "FROM \"boss@example.com\"")
      S: a OK …
      C: b GETMETADATA "INBOX" (DEPTH 1) (/private/filters/values)
      S: * METADATA INBOX (/private/filters/values/boss "FROM \"boss@example.com\"")
      S: * METADATA INBOX (/private/filters/values/small "SMALLER 5000")
      S: b OK …
      C: c SETMETADATA INBOX (/private/filters "f" /private/filtersnot "g")
      S: c OK …
      C: d GETMETADATA (DEPTH 1) INBOX /private/filters
      S: * METADATA INBOX (/private/filters "f")
      S: d OK …
      C: e GETMETADATA (DEPTH 0) INBOX /private/filters
      S: * METADATA INBOX (/private/filters "f")
      S: e OK …
      C: f GETMETADATA (DEPTH infinity) INBOX (/private/filters /shared)
      S: * METADATA INBOX (/private/filters "f")
      S: * METADATA INBOX (/private/filters/values/boss "FROM \"boss@example.com\"")
      S: * METADATA INBOX (/private/filters/values/small "SMALLER 5000")
      S: * METADATA INBOX (/shared NIL)
      S: f OK …
      C: g GETMETADATA (DEPTH 2) INBOX /private
      S: g BAD expected 0, 1 or infinity (at character 22)
    `,
      options
    ))

  it.effect("§4.3 SETMETADATA, the RFC's examples: lines, NIL, and many at once", () =>
    transcript(
      `
      C: a SETMETADATA INBOX (/private/comment {35}
      S: + Ready for the literal
      C: My new comment across
      C: two lines.
      C: )
      S: a OK SETMETADATA done
      C: b GETMETADATA INBOX /private/comment
      S: * METADATA INBOX (/private/comment {35}
      S: My new comment across
      S: two lines.
      S: )
      S: b OK …
      C: c SETMETADATA INBOX (/private/comment NIL)
      S: c OK SETMETADATA done
      C: d GETMETADATA INBOX /private/comment
      S: * METADATA INBOX (/private/comment NIL)
      S: d OK …
      C: e SETMETADATA INBOX (/private/comment "My new comment" /shared/comment "This one is for you!")
      S: e OK …
      C: f SETMETADATA INBOX (/shared/vendor/leap/octets ~{3+}
      C: a\0b /private/empty "")
      S: f OK …
      C: g GETMETADATA (DEPTH infinity) INBOX (/private /shared)
      S: * METADATA INBOX (/private/comment "My new comment")
      S: * METADATA INBOX (/private/empty "")
      S: * METADATA INBOX (/shared/comment "This one is for you!")
      S: * METADATA INBOX (/shared/vendor/leap/octets ~{3}
      S: a\0b)
      S: g OK …
    `,
      options
    ))

  it.effect("§4.3 limits: nothing is changed past them", () =>
    Effect.gen(function*() {
      const { play } = yield* makeStage(options)
      const many = Array.from({ length: MAX_ENTRIES }, (_, at) => `/private/n${at} "x"`).join(" ")
      yield* play(`
        C: a SETMETADATA INBOX (/private/kept "kept")
        S: a OK …
        C: b SETMETADATA INBOX (/private/kept "x" ${many})
        S: b NO [METADATA TOOMANY] …
        C: c SETMETADATA INBOX (/private/kept "x" /private/large {${MAX_VALUE_BYTES + 1}}
        S: c NO [METADATA MAXSIZE ${MAX_VALUE_BYTES}] …
        C: d SETMETADATA INBOX (/private/kept "x" /private/large "${"y".repeat(MAX_VALUE_BYTES + 1)}")
        S: d NO [METADATA MAXSIZE ${MAX_VALUE_BYTES}] …
        C: e GETMETADATA (DEPTH infinity) INBOX /private
        S: * METADATA INBOX (/private/kept "kept")
        S: e OK …
      `)
    }))

  it.effect("§3.2 names that are none are BAD, and where", () =>
    transcript(
      `
      C: a SETMETADATA INBOX (/comment "x")
      S: a BAD An entry name begins with /private/ or /shared/ (at character 22)
      C: b SETMETADATA INBOX (/private "x")
      S: b BAD An entry name has a part after its scope, below vendor two more (at character 22)
      C: c GETMETADATA INBOX (/private/comment /private//x)
      S: c BAD An entry name has no empty part between slashes (at character 39)
      C: d GETMETADATA INBOX "/private/*"
      S: d BAD An entry name is printable ASCII without * and % (at character 21)
      C: e SETMETADATA INBOX ()
      S: e BAD expected a word or a string (at character 22)
      C: f GETMETADATA (WIDTH 1) INBOX /private/comment
      S: f BAD there is no such GETMETADATA option (at character 16)
    `,
      options
    ))

  it.effect("§3.2.1.1 /shared/admin is nobody's to set, of the server", () =>
    transcript(
      `
      C: a SETMETADATA "" (/private/comment "x" /shared/admin "mailto:x@y.z")
      S: a NO [CANNOT] Nobody can change /shared/admin
      C: b GETMETADATA "" (/shared/admin /private/comment)
      S: * METADATA "" (/shared/admin NIL)
      S: * METADATA "" (/private/comment NIL)
      S: b OK …
    `,
      options
    ))

  it.effect("§4.1 they follow their mailbox, and end with it", () =>
    transcript(
      `
      C: a SETMETADATA Sent (/private/comment "s")
      S: a OK …
      C: b RENAME Sent Gone
      S: b OK …
      C: c GETMETADATA Gone /private/comment
      S: * METADATA Gone (/private/comment "s")
      S: c OK …
      C: d DELETE Gone
      S: d OK …
      C: e CREATE Gone
      S: e OK …
      C: f GETMETADATA Gone /private/comment
      S: * METADATA Gone (/private/comment NIL)
      S: f OK …
    `,
      options
    ))

  it.effect("§4.4.2 after ENABLE, what others changed is told by name: at the next command, and at once in IDLE", () =>
    transcript(
      `
      C: a ENABLE METADATA
      S: * ENABLED METADATA
      S: a OK …
      C2: a SETMETADATA "" (/shared/comment "x")
      S2: a OK …
      C: b NOOP
      S: * METADATA "" /shared/comment
      S: b OK …
      C: c IDLE
      S: + idling
      C2: b SETMETADATA INBOX (/private/comment "y" /shared/comment "z")
      S2: b OK …
      S: * METADATA INBOX /private/comment /shared/comment
      C2: c SETMETADATA INBOX (/private/comment "y")
      S2: c OK …
      C: DONE
      S: c OK …
      C: d SETMETADATA INBOX (/private/comment "mine")
      S: d OK …
      C: e NOOP
      S: e OK …
      C2: d NOOP
      S2: d OK …
    `,
      options
    ))
})

describe("RFC 9590 §4 LIST-METADATA", () => {
  it.effect("LIST returns what is asked, with NIL where there is none", () =>
    transcript(
      String.raw`
      C: A00 CAPABILITY
      S: * CAPABILITY … METADATA LIST-METADATA …
      S: A00 OK …
      C: a SETMETADATA INBOX (/shared/vendor/cmu/cyrus-imapd/color "#b71c1c")
      S: a OK …
      C: A01 LIST "" (INBOX S%) RETURN (METADATA ("/shared/vendor/cmu/cyrus-imapd/color"))
      S: * LIST (\HasNoChildren) "/" INBOX
      S: * METADATA INBOX (/shared/vendor/cmu/cyrus-imapd/color "#b71c1c")
      S: * LIST (\HasNoChildren \Sent) "/" Sent
      S: * METADATA Sent (/shared/vendor/cmu/cyrus-imapd/color NIL)
      S: A01 OK …
    `
    ))

  it.effect("a session that is gone is told nothing, and keeps nothing", () =>
    Effect.gen(function*() {
      const { peer, play } = yield* makeStage()
      yield* play(`
        C2: a ENABLE METADATA
        S2: * ENABLED METADATA
        S2: a OK …
        C2: (closes)
        S2: (closed)
        C: a SETMETADATA INBOX (/private/comment "x")
        S: a OK …
      `)
      assert.deepStrictEqual(yield* (yield* peer(2)).heard, [])
    }))
})
