import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import * as Suite from "../../../bench/imap/Suite.ts"
import * as Report from "../../../bench/Report.ts"

/** The rows' own figures are for `npm run bench`; here is shown that our server as a process answers them. */
const run = (row: string) =>
  Suite.run({
    messages: 20,
    big: 40,
    rounds: 2,
    row: Option.some(row),
    isAlone: true,
    home: Option.none(),
    profile: Option.none(),
    format: "sdbox",
    curve: "secp521r1"
  })

describe("bench imap", () => {
  for (const row of ["append", "search-text", "idle"]) {
    it.live(`${row}: figures of ours alone`, () =>
      Effect.gen(function*() {
        const report = yield* run(row)
        assert.isNotEmpty(report.entries)
        for (const { figures, name } of report.entries) {
          const figure = figures["leap-mail"]
          if (figure?.remark === "not yet") continue
          assert.isAbove(figure?.cost ?? 0, 0, name)
          assert.isUndefined(figure?.remark, name)
        }
        assert.include(Report.table(report), report.entries[0]?.name ?? "?")
        assert.deepInclude(JSON.parse(Report.json(report)), { suite: "imap", subjects: ["leap-mail"] })
      }), 30_000)
  }
})
