import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { TestClock } from "effect/testing"
import * as ProviderStoreMemory from "../../../src/adapters/memory/ProviderStoreMemory.ts"
import { sweeping } from "../../../src/domain/account/Sweep.ts"
import { makeStore } from "../../ports/ProviderPorts.ts"

const HOUR = 3_600_000

describe("sweeping", () => {
  it.effect("forgets every hour what is over, and nothing else", () =>
    Effect.gen(function*() {
      const store = yield* makeStore(ProviderStoreMemory.layer)
      yield* Effect.forkScoped(Effect.provideContext(sweeping(Clock.currentTimeMillis), store.context))
      for (const [id, hours] of [["soon", 0.5], ["later", 1.5], ["much later", 3]] as const) {
        yield* store.keepAttempt(id, id, hours * HOUR)
      }
      // Asked as of a time at which none of them was over.
      yield* TestClock.adjust(HOUR)
      assert.isUndefined(yield* store.takeAttempt("soon", 0))
      yield* TestClock.adjust(HOUR)
      assert.isUndefined(yield* store.takeAttempt("later", 0))
      assert.strictEqual(yield* store.takeAttempt("much later", 0), "much later")
    }))
})
