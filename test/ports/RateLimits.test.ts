import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import * as RateLimitsLocal from "../../src/adapters/rate-limiter/RateLimitsLocal.ts"
import { RateLimits } from "../../src/ports/RateLimits.ts"
import * as Postgres from "./Postgres.ts"
import { rateLimitsContract } from "./RateLimits.contract.ts"
import * as Stores from "./Stores.ts"

layer(RateLimitsLocal.layer)("RateLimits: this process", rateLimitsContract)
layer(Stores.sqlite)("RateLimits: sqlite", rateLimitsContract)

layer(Postgres.layer)("RateLimits: postgres", (it) => {
  it.layer(Stores.postgres)("one node", rateLimitsContract)

  it.effect("several nodes are one", () =>
    Effect.gen(function*() {
      const { createDatabase } = yield* Postgres.PostgresServer
      const url = yield* createDatabase
      const node = Effect.map(
        Layer.build(Layer.fresh(Stores.postgresAt(url))),
        (services) => Context.get(services, RateLimits)
      )
      const [a, b] = [yield* node, yield* node]
      const rate = { limit: 2, window: "1 hour" } as const
      const answers = yield* Effect.forEach([a, b, a, b], ({ take }) => take("send", "ann", rate))
      assert.deepStrictEqual(answers, [true, true, false, false])
    }))
})
