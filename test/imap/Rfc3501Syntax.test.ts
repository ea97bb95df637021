import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { makeStage, transcript } from "./Transcript.ts"

const SELECTED = { begin: "selected" } as const

describe("RFC 3501 §7.1.3 BAD says what is wrong, and where", () => {
  it.effect("with the tag of the command", () =>
    transcript(
      `
      C: t.1 FETCH 1 (FLAGS BODY[MIME])
      S: t.1 BAD expected HEADER, HEADER.FIELDS, TEXT or a part's number (at character 25)
      C: t.2 STATUS INBOX {5+}
      C: SIZES
      S: t.2 BAD expected a list in parentheses (at character 18)
    `,
      SELECTED
    ))

  it.effect("is untagged where there is no tag to echo", () =>
    transcript(
      `
      C:
      S: * BAD expected a tag (at character 1)
      C: + NOOP
      S: * BAD expected a tag (at character 1)
      C: (a) NOOP
      S: * BAD expected a tag (at character 1)
    `,
      SELECTED
    ))

  it.effect("never repeats what the client sent: it may be a password", () =>
    transcript(
      `
      S: * OK …
      C: a LOGIN alice secret secret2
      S: a BAD expected the end of the command (at character 22)
    `,
      { begin: "greeted" }
    ))

  it.effect("says goodbye after twenty of them in a row", () => {
    const bad = "C: a XYZZY\nS: a BAD …\n"
    return transcript(
      `${bad.repeat(19)}C: a NOOP\nS: a OK …\n${
        bad.repeat(20)
      }S: * BYE [CLIENTBUG] Too many commands that cannot be read\nS: (closed)`,
      SELECTED
    )
  })
})

describe("RFC 3501 §2.2.1 commands and their tags", () => {
  it.effect("echoes any tag", () =>
    transcript(
      `
      C: a1.b!#$&'*,-/:;<=>?@[^_\`|} NOOP
      S: a1.b!#$&'*,-/:;<=>?@[^_\`|} OK …
    `.replaceAll("*", ""),
      SELECTED
    ))

  it.effect("answers commands that come together one after another", () =>
    Effect.gen(function*() {
      const { peer } = yield* makeStage(SELECTED)
      const client = yield* peer(1)
      yield* client.send("a NOOP\r\nb APPEND INBOX {4+}\r\na: b\r\nc FETCH 1 UID\r\nd LOGOUT\r\ne NOOP\r\n")
      const heard: Array<string> = []
      while (heard.at(-1) !== "(closed)") heard.push(yield* client.line)
      assert.deepStrictEqual(heard.map((line) => line.split(" ").slice(0, 2).join(" ")), [
        "a OK",
        "* 1",
        "b OK",
        "* 1",
        "c OK",
        "* BYE",
        "d OK",
        "(closed)"
      ])
    }))

  it.effect("takes lines that end in a bare LF, and spaces at the end", () =>
    Effect.gen(function*() {
      const { peer } = yield* makeStage(SELECTED)
      const client = yield* peer(1)
      yield* client.send("a noop  \nb NooP\r\n")
      assert.match(yield* client.line, /^a OK/)
      assert.match(yield* client.line, /^b OK/)
    }))
})
