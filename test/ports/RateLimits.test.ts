import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as NodeCrypto from "../../src/adapters/node-crypto/NodeCrypto.ts"
import * as RateLimitsLocal from "../../src/adapters/rate-limiter/RateLimitsLocal.ts"
import { RateLimits } from "../../src/ports/RateLimits.ts"
import * as Postgres from "./Postgres.ts"
import { rateLimitsContract } from "./RateLimits.contract.ts"
import * as Stores from "./Stores.ts"

rateLimitsContract("this process", RateLimitsLocal.layer)
rateLimitsContract("sqlite", Stores.sqlite)

const database = Effect.flatMap(Postgres.PostgresServer, ({ createDatabase }) => createDatabase)

rateLimitsContract(
  "postgres",
  Layer.unwrap(Effect.map(database, Stores.postgresAt)).pipe(Layer.provide(Postgres.layer))
)

layer(Layer.merge(Postgres.layer, NodeCrypto.layer))("RateLimits of several nodes", (it) => {
  it.effect("are one", () =>
    Effect.gen(function*() {
      const url = yield* database
      const node = Effect.flatMap(Layer.build(Layer.fresh(Stores.postgresAt(url))), (services) =>
        Effect.provideContext(Effect.service(RateLimits), services))
      const [a, b] = [yield* node, yield* node]
      const rate = { limit: 2, window: "1 hour" } as const
      const answers = yield* Effect.forEach([a, b, a, b], ({ take }) =>
        take("send", "ann", rate))
      assert.deepStrictEqual(answers, [true, true, false, false])
    }))
})
