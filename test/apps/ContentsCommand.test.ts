/** `leap-mail contents`, on an account of a real provider. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { Command } from "effect/cli"
import { account } from "../../src/apps/AccountCommand.ts"
import { contents } from "../../src/apps/ContentsCommand.ts"
import { makeFolder, makeProvider, platform } from "./House.ts"
import { printed } from "./Printed.ts"

const parse = Command.runWith(Command.make("leap-mail").pipe(Command.withSubcommands([account, contents])), {
  version: "test",
  renderErrors: false
})

layer(platform, { timeout: "1 minute" })("leap-mail contents", (it) => {
  it.effect("says what is kept, and takes what is chosen", () =>
    Effect.gen(function*() {
      const { provider } = yield* makeProvider
      const home = `${yield* makeFolder}/home`
      const env = { LEAP_MAIL_HOME: home, LEAP_MAIL_PASSPHRASE: "a passphrase of hers" }
      const run = (...args: ReadonlyArray<string>) => printed(parse(args), env)
      const url = `http://${provider.host}:${provider.port}`
      yield* run("account", "create", "mia@leap.test", "--provider", url, "--json")
      assert.match(yield* run("contents", "list"), /^INBOX {2}local {2}\(0\.0 MB here/)
      yield* run("contents", "keep", "Archive", "on-demand", "--budget", "500M")
      yield* run("contents", "keep", "Sent", "on-demand")
      const listed = yield* run("contents", "list", "--json")
      assert.include(listed, `{"mailbox":"Archive","here":0,"elsewhere":0,"keep":"on-demand 500000000"}`)
      assert.include(listed, `"keep":"on-demand 100000000"`)
      yield* run("contents", "keep", "Archive", "local")
      assert.match(yield* run("contents", "list"), /Archive {2}local/)
      for (const args of [["Archive", "never"], ["Archive", "local", "--budget", "5M"], ["Nowhere", "local"]]) {
        const error = yield* Effect.flip(run("contents", "keep", ...args))
        assert.match(error instanceof Error ? error.message : "", /Say local or on-demand|no mailbox Nowhere/)
      }
    }))
})
