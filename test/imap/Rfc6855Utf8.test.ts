/** UTF8=ACCEPT (RFC 6855, replaced by RFC 9755), for clients of IMAP4rev1; IMAP4rev2 has it in itself. */
import { describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { makeStage, transcript } from "./Transcript.ts"

const ENABLED = `
  C: e ENABLE UTF8=ACCEPT
  S: * ENABLED UTF8=ACCEPT
  S: e OK …
`

describe("RFC 6855 UTF8=ACCEPT", () => {
  it.effect("§3 names are UTF-8 both ways, and nothing else changes for IMAP4rev1", () =>
    transcript(
      String.raw`
      C: a CREATE Entw&APw-rfe
      S: a OK …
      ${ENABLED}
      C: b LIST "" Entw*
      S: * LIST (\HasNoChildren) "/" "Entwürfe"
      S: b OK …
      C: c CREATE "台北 & Co"
      S: c OK …
      C: d SELECT "台北 & Co"
      S: (until) d OK …
      C: f CREATE Entw&APw-rfe
      S: f OK …
      C: g SEARCH ALL
      S: * SEARCH
      S: g OK …
      C2: a LIST "" *&-*
      S2: * LIST (\HasNoChildren) "/" Entw&-APw-rfe
      S2: * LIST (\HasNoChildren) "/" "&U,BTFw- &- Co"
      S2: a OK …
    `
    ))

  it.effect("§3 what is no UTF-8 is in no quoted string; control characters are in no name", () =>
    Effect.gen(function*() {
      const { peer, play } = yield* makeStage({ begin: "selected" })
      yield* play(ENABLED)
      const client = yield* peer(1)
      yield* client.send("a SEARCH SUBJECT \"\xfc\"\r\n")
      yield* play("S: a BAD the quoted string is not in UTF-8 (at character 18)")
      yield* client.send("b CREATE \"\xed\xa0\x80\"\r\n")
      yield* play(`
        S: b BAD the quoted string is not in UTF-8 (at character 10)
        C: c CREATE "a\u0085b"
        S: c NO [CANNOT] …
      `)
      yield* client.send("d CREATE \"a\xe2\x80\xa8b\"\r\n")
      yield* play("S: d NO [CANNOT] …")
    }))

  it.effect("§3 SEARCH says no charset any more", () =>
    transcript(
      `
      C: a SEARCH CHARSET UTF-8 ALL
      S: * SEARCH
      S: a OK …
      ${ENABLED}
      C: b SEARCH CHARSET UTF-8 ALL
      S: b BAD UTF8=ACCEPT is enabled: all text is in UTF-8, and CHARSET is not said
      C: c SEARCH SUBJECT "é"
      S: * SEARCH
      S: c OK …
      C: d SORT (DATE) UTF-8 ALL
      S: * SORT
      S: d OK …
    `,
      { begin: "selected" }
    ))

  it.effect("§4 APPEND says that headers are UTF-8, alone and in a part of CATENATE", () =>
    transcript(
      `
      C: a APPEND INBOX UTF8 (~{12+}
      C: Subject: hé)
      S: a NO [CANNOT] UTF8 comes after ENABLE UTF8=ACCEPT
      ${ENABLED}
      C: b APPEND INBOX UTF8 (~{12}
      S: + …
      C: Subject: hé) CATENATE (UTF8 (~{12+}
      C: Subject: hé) TEXT {2+}
      C:
      C: )
      S: * 2 EXISTS
      S: b OK …
      C: c SEARCH SUBJECT "hé"
      S: * SEARCH 1 2
      S: c OK …
      C: d FETCH 1:2 RFC822.SIZE
      S: * 1 FETCH (RFC822.SIZE 12)
      S: * 2 FETCH (RFC822.SIZE 14)
      S: d OK …
    `,
      { begin: "selected" }
    ))

  it.effect("quirk_8bit_headers: what other programs left in headers is taken as it is", () =>
    Effect.gen(function*() {
      const { peer, play } = yield* makeStage({ begin: "selected" })
      const client = yield* peer(1)
      yield* client.send("a APPEND INBOX {12+}\r\nSubject: h\xe9\xe9\r\n")
      yield* play(`
        S: * 1 EXISTS
        S: a OK …
        C: b FETCH 1 RFC822.SIZE
        S: * 1 FETCH (RFC822.SIZE 12)
        S: b OK …
      `)
    }))
})
