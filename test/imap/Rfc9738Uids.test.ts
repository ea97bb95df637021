import { describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { makeStage } from "./Transcript.ts"

describe("RFC 9738 §3.2 UIDAFTER and UIDBEFORE", () => {
  it.effect("messages above a uid and below it, none where there are none", () =>
    Effect.gen(function*() {
      const { deliver, play } = yield* makeStage({ begin: "selected" })
      for (let at = 1; at <= 4; at++) yield* deliver(`a: ${at}\r\n\r\n`, { flags: at === 3 ? ["\\Deleted"] : [] })
      yield* play(`
        C: 12 UID SEARCH UIDAFTER 2 UNDELETED
        S: * SEARCH 4
        S: 12 OK …
        C: a SEARCH UIDAFTER 4
        S: * SEARCH
        S: a OK …
        C: b SEARCH UIDAFTER 4294967295
        S: * SEARCH
        S: b OK …
        C: c SEARCH UIDBEFORE 3
        S: * SEARCH 1 2
        S: c OK …
        C: d SEARCH UIDBEFORE 1
        S: * SEARCH
        S: d OK …
        C: e SEARCH OR UIDBEFORE 2 NOT UIDBEFORE 4
        S: * SEARCH 1 4
        S: e OK …
        C: f SEARCH UIDAFTER 1:2
        S: f BAD expected the end of the command (at character 20)
        C: g SEARCH UIDBEFORE *
        S: g BAD expected a number (at character 20)
      `)
    }))
})
