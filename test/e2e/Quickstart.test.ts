import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { makeHome, run, start } from "./Program.ts"

describe("quickstart", () => {
  it.live("tells in one line where it listens and how to log in", () =>
    Effect.gen(function*() {
      const home = yield* makeHome
      const { output, ready, stop } = yield* start(home, { LEAP_MAIL_PASSWORD: "secret" })
      assert.strictEqual(ready.home, home)
      assert.deepStrictEqual(ready.accounts, [
        { address: "alice@leap.test", password: "secret" },
        { address: "bob@leap.test", password: "secret" }
      ])
      const { code, stderr } = yield* stop("SIGINT")
      assert.strictEqual(code, 0)
      assert.strictEqual(stderr, "")
      assert.strictEqual(output.stdout.trimEnd().split("\n").length, 1)
    }))

  it.live("says in one sentence that a port is in use", () =>
    Effect.gen(function*() {
      const first = yield* start(yield* makeHome)
      const taken = String(first.ready.imap.port)
      const { code, stderr, stdout } = yield* run(yield* makeHome, ["quickstart", "--json"], {
        LEAP_MAIL_IMAP_PORT: taken
      })
      assert.strictEqual(code, 1)
      assert.strictEqual(stdout, "")
      assert.match(stderr, new RegExp(`^leap-mail: Port ${taken} on 127.0.0.1 is in use.*LEAP_MAIL_IMAP_PORT\\n$`))
    }))
})
