import { describe, it } from "@effect/vitest"
import { transcript } from "./Transcript.ts"

describe("RFC 2342 NAMESPACE", () => {
  it.effect("there is one, a person's own", () =>
    transcript(`
      C: A001 NAMESPACE
      S: * NAMESPACE (("" "/")) NIL NIL
      S: A001 OK …
    `))
})

describe("RFC 2971 ID, RFC 5161 ENABLE", () => {
  it.effect("ID takes any client, in any state", () =>
    transcript(
      `
      S: * OK …
      C: a023 ID ("name" "sodr" "version" "19.34" "vendor" "Pink Floyd Music Limited")
      S: * ID ("name" "leap-mail")
      S: a023 OK …
      C: a042 ID NIL
      S: * ID ("name" "leap-mail")
      S: a042 OK …
      C: a043 ID ("event" NIL "os" {5+}
      C: a"b\\c)
      S: * ID ("name" "leap-mail")
      S: a043 OK …
      C: a044 ID ()
      S: * ID ("name" "leap-mail")
      S: a044 OK …
    `,
      { begin: "greeted" }
    ))

  it.effect("ENABLE says what it did of what was asked: nothing, so far", () =>
    transcript(`
      C: t1 ENABLE CONDSTORE X-GOOD-IDEA
      S: * ENABLED
      S: t1 OK …
    `))
})
