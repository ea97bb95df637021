import { describe, it } from "@effect/vitest"
import { transcript } from "./Transcript.ts"

describe("RFC 3501 §6.1.1 CAPABILITY", () => {
  it.effect("names what can be done, before login and after", () =>
    transcript(
      `
      S: * OK [CAPABILITY IMAP4rev1 IMAP4rev2 SASL-IR ID ENABLE LITERAL- AUTH=PLAIN] leap-mail is ready
      C: abcd CAPABILITY
      S: * CAPABILITY IMAP4rev1 IMAP4rev2 SASL-IR ID ENABLE LITERAL- AUTH=PLAIN
      S: abcd OK …
      C: a LOGIN alice@leap.test "correct horse"
      S: a OK [CAPABILITY IMAP4rev1 … IDLE …] Logged in
      C: b capability
      S: * CAPABILITY IMAP4rev1 … UIDPLUS MOVE …
      S: b OK …
    `,
      { begin: "greeted" }
    ))
})
