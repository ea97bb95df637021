import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import * as ClientServer from "../../../src/adapters/http/ClientServer.ts"
import * as MailStoreMemory from "../../../src/adapters/memory/MailStoreMemory.ts"
import { Address } from "../../../src/domain/account/Address.ts"
import type { Plan } from "../../../src/domain/outgoing/Preflight.ts"
import { Accounts, LoginRefused } from "../../../src/ports/Accounts.ts"
import { MailStore } from "../../../src/ports/MailStore.ts"
import { Preflights, PreflightsError } from "../../../src/ports/Preflights.ts"
import { call } from "./RawHttp.ts"

const alice = Address.make("alice@leap.test")

/** A door with one account; what was asked of it is told. */
const door = Effect.gen(function*() {
  const store = yield* MailStore
  const asked: Array<readonly [ReadonlyArray<string>, string | undefined]> = []
  const plan: Plan = {
    isRefused: true,
    prospects: [{
      address: "bob@leap.test",
      outcome: "encrypted",
      key: { fingerprint: "AB", level: 1, source: "provider" },
      reason: undefined,
      waiting: 1,
      recommendation: "available"
    }, {
      address: "zoe@elsewhere.test",
      outcome: "refused",
      key: undefined,
      reason: "No key is known for zoe@elsewhere.test",
      waiting: 0,
      recommendation: "disable"
    }]
  }
  const accounts = Accounts.of({
    addresses: Effect.succeed([alice]),
    login: (_, password) =>
      Redacted.value(password) === "right" ? Effect.succeed(store) : Effect.fail(new LoginRefused())
  })
  const preflights = Preflights.of({
    preflight: (account, to, policy) => {
      asked.push([to, policy])
      return account === store && to.length > 0
        ? Effect.succeed(plan)
        : Effect.fail(new PreflightsError({ operation: "preflight", cause: "no" }))
    }
  })
  const { host, port } = yield* ClientServer.serve({ host: "127.0.0.1", port: 0, setting: "X" }).pipe(
    Effect.provideService(Accounts, accounts),
    Effect.provideService(Preflights, preflights)
  )
  const ask = (body: unknown, password = "right") =>
    call(`http://${host}:${port}`, "/v1/preflight", {
      method: "POST",
      headers: {
        authorization: `Basic ${Buffer.from(`${alice}:${password}`).toString("base64")}`,
        "content-type": "application/json"
      },
      body: JSON.stringify(body)
    })
  return { ask, asked }
}).pipe(Effect.provide(Layer.fresh(MailStoreMemory.layer)))

describe("POST /v1/preflight", () => {
  it.live("says what would happen, to who has the password", () =>
    Effect.gen(function*() {
      const { ask, asked } = yield* door
      const { body, status } = yield* ask({ to: ["bob@leap.test", "zoe@elsewhere.test"], policy: "require" })
      assert.strictEqual(status, 200)
      assert.deepStrictEqual(JSON.parse(body), {
        refused: true,
        recipients: [{
          address: "bob@leap.test",
          outcome: "encrypted",
          key: { fingerprint: "AB", level: "Provider_Trust", source: "provider" },
          reason: null,
          waiting: 1,
          recommendation: "available"
        }, {
          address: "zoe@elsewhere.test",
          outcome: "refused",
          key: null,
          reason: "No key is known for zoe@elsewhere.test",
          waiting: 0,
          recommendation: "disable"
        }]
      })
      assert.deepStrictEqual(asked, [[["bob@leap.test", "zoe@elsewhere.test"], "require"]])
      assert.strictEqual((yield* ask({ to: ["bob@leap.test"] }, "wrong")).status, 401)
      assert.lengthOf(asked, 1)
    }))

  it.live("takes no more recipients than a message has, and no wish that it does not know", () =>
    Effect.gen(function*() {
      const { ask, asked } = yield* door
      const many = Array.from({ length: 1001 }, (_, index) => `p${index}@leap.test`)
      for (const body of [{ to: many }, { to: ["x".repeat(321)] }, { to: ["a@b.c"], policy: "must" }, {}]) {
        assert.strictEqual((yield* ask(body)).status, 400)
      }
      assert.lengthOf(asked, 0)
      assert.strictEqual((yield* ask({ to: [] })).status, 503)
    }))
})
