import { describe, it } from "@effect/vitest"
import { transcript } from "./Transcript.ts"

describe("RFC 3501 §5.1 mailbox naming", () => {
  it.effect("§5.1.3 names beyond ASCII go in modified UTF-7, and come so even where they were sent in UTF-8", () =>
    transcript(
      String.raw`
      C: a CREATE "Entw&APw-rfe/&U,BTFw-"
      S: a OK …
      C: b CREATE "Tom &- Jerry"
      S: b OK …
      C: c CREATE &2DzfrA-
      S: c OK …
      C: d CREATE "Été"
      S: d OK …
      C: e LIST "" E*
      S: * LIST (\HasChildren) "/" Entw&APw-rfe
      S: * LIST (\HasNoChildren) "/" Entw&APw-rfe/&U,BTFw-
      S: e OK …
      C: f LIST "" T*y
      S: * LIST (\HasNoChildren) "/" "Tom &- Jerry"
      S: f OK …
      C: g STATUS &2DzfrA- (MESSAGES)
      S: * STATUS &2DzfrA- (MESSAGES 0)
      S: g OK …
      C: h LIST "" &AMk-*
      S: * LIST (\HasNoChildren) "/" &AMk-t&AOk-
      S: h OK …
      C: i STATUS "E&AwE-te&AwE-" (MESSAGES)
      S: * STATUS &AMk-t&AOk- (MESSAGES 0)
      S: i OK …
    `
    ))

  it.effect("INBOX is INBOX in any case, below it the case counts", () =>
    transcript(
      String.raw`
      C: a CREATE inbox/Work
      S: a OK …
      C: b LIST "" "InBoX*"
      S: * LIST (\HasChildren) "/" INBOX
      S: * LIST (\HasNoChildren) "/" INBOX/Work
      S: b OK …
      C: B LIST "" *nbox/%
      S: * LIST (\HasNoChildren) "/" INBOX/Work
      S: B OK …
      C: C LIST "" Sent*INBOX
      S: C OK …
      C: c STATUS InBox/Work (MESSAGES)
      S: * STATUS INBOX/Work (MESSAGES 0)
      S: c OK …
      C: d STATUS INBOX/work (MESSAGES)
      S: d NO [NONEXISTENT] …
    `
    ))

  it.effect("names that are no atoms are quoted", () =>
    transcript(
      String.raw`
      C: a CREATE "a \"b\" (c) \\ {d} 100%"
      S: a OK …
      C: b CREATE NIL
      S: b OK …
      C: c LIST "" a*
      S: * LIST (\HasNoChildren) "/" "a \"b\" (c) \\ {d} 100%"
      S: c OK …
      C: d LIST "" N*
      S: * LIST (\HasNoChildren) "/" "NIL"
      S: d OK …
    `
    ))
})
