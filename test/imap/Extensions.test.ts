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

  it.effect("RFC 5161 §3.1 ENABLE says what it did of what was asked, and does not say it again", () =>
    transcript(`
      C: t1 ENABLE CONDSTORE X-GOOD-IDEA
      S: * ENABLED CONDSTORE
      S: t1 OK …
      C: t2 ENABLE X-GOOD-IDEA
      S: * ENABLED
      S: t2 OK …
      C: t3 ENABLE condstore qresync
      S: * ENABLED QRESYNC
      S: t3 OK …
      C: t4 ENABLE
      S: t4 BAD expected a space (at character 10)
    `))
})
