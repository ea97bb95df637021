import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import * as Suite from "../../../bench/imap/Suite.ts"
import * as Report from "../../../bench/Report.ts"

/** The rows' own figures are for `npm run bench`; here is shown that our server as a process answers them. */
describe("bench imap", () => {
  it.live("has figures of ours alone", () =>
    Effect.gen(function*() {
      const report = yield* Suite.run({
        messages: 20,
        big: 40,
        rounds: 1,
        row: Option.some("idle"),
        isAlone: true,
        home: Option.none(),
        profile: Option.none(),
        format: "sdbox",
        curve: "secp521r1"
      })
      assert.isNotEmpty(report.entries)
      for (const { figures, name } of report.entries) {
        const figure = figures["leap-mail"]
        assert.isAbove(figure?.cost ?? 0, 0, name)
        assert.isUndefined(figure?.remark, name)
      }
      assert.include(Report.table(report), report.entries[0]?.name ?? "?")
      assert.deepInclude(JSON.parse(Report.json(report)), { suite: "imap", subjects: ["leap-mail"] })
    }))
})
