/** Clocks of devices and of their provider that jump by weeks while they follow each other. */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { eventually } from "../../Eventually.ts"
import * as SettableClock from "../../SettableClock.ts"
import { append, makeAccount, makeHome, showAll, texts } from "./ReplicaHomes.ts"

const WEEK = 7 * 86_400_000

describe("clocks that jump", () => {
  it.live("hold up no mail, on a device or at the provider, and the last change stays", () =>
    Effect.gen(function*() {
      const [here, there, provider] = [yield* SettableClock.make, yield* SettableClock.make, yield* SettableClock.make]
      const account = yield* Effect.provideService(makeAccount, Clock.Clock, provider.clock)
      const a = yield* Effect.provideService(makeHome(account), Clock.Clock, here.clock)
      const b = yield* Effect.provideService(makeHome(account), Clock.Clock, there.clock)
      for (const [home, { clock }] of [[a, here], [b, there]] as const) {
        yield* Effect.forkScoped(Effect.provideService(home.follow, Clock.Clock, clock))
      }
      const expected: Array<string> = []
      for (const [index, jump] of [0, 5 * WEEK, -5 * WEEK, 0, 100 * WEEK, -1000 * WEEK].entries()) {
        here.set(jump)
        there.set(-jump)
        provider.set(index % 2 === 0 ? jump : -jump)
        const [sender, receiver] = index % 2 === 0 ? [a, b] : [b, a]
        expected.push(`message ${index}`)
        yield* append(sender, "INBOX", `message ${index}`)
        yield* eventually(
          receiver.mail,
          receiver.mail.mailbox("INBOX"),
          ({ exists }) => exists === expected.length
        )
        assert.deepStrictEqual(yield* texts(receiver, "INBOX"), expected)
      }
      assert.deepStrictEqual(yield* showAll(b), yield* showAll(a))
    }), 30_000)
})
