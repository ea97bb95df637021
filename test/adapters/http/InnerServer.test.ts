import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { serve } from "../../../src/adapters/http/InnerServer.ts"
import { Address } from "../../../src/domain/account/Address.ts"
import { ProviderStoreError } from "../../../src/ports/ProviderStoreError.ts"
import { ProviderUpkeep } from "../../../src/ports/ProviderUpkeep.ts"
import { bytesOf, deliverTo, makeDevice, makeProvider } from "../../domain/Correspondents.ts"
import { call } from "./RawHttp.ts"

const local = { host: "127.0.0.1", port: 0 }

const numberOf = (text: string, pattern: string): number =>
  Number(new RegExp(`^${pattern} (\\d+)$`, "m").exec(text)?.[1] ?? NaN)

describe("InnerServer", () => {
  it.live("tells how it is and what it did, in numbers alone", () =>
    Effect.gen(function*() {
      const provider = yield* makeProvider
      const ann = yield* makeDevice(provider, Address.make("ann@leap.test"))
      const { port } = yield* Effect.provideContext(serve(local), provider.services)
      const url = `http://127.0.0.1:${port}`
      const metrics = Effect.map(call(url, "/metrics"), ({ body }) => body)
      const [taken, refused] = ["Taken", "NoSuchAccount"].map((outcome) =>
        `leap_mail_arrivals\\{outcome="${outcome}"\\}`
      )
      const before = yield* metrics
      yield* deliverTo(provider, ann.address, bytesOf("Subject: x", "", "x"))
      yield* Effect.flip(deliverTo(provider, Address.make("nobody@leap.test"), bytesOf("Subject: x", "", "x")))
      yield* provider.store.enqueueOutbound({
        account: ann.account.id,
        from: ann.address,
        to: ["bob@else.test"],
        bytes: bytesOf("x"),
        offeredAt: 0
      })
      const after = yield* metrics
      // Counted by all tests of this process.
      const risen = (pattern = "") => numberOf(after, pattern) - (numberOf(before, pattern) || 0)
      assert.deepStrictEqual([risen(taken), risen(refused)], [1, 1])
      assert.strictEqual(numberOf(after, "leap_mail_outbound_waiting"), 1)
      assert.strictEqual(numberOf(after, "leap_mail_store_reachable"), 1)
      assert.notInclude(after, "leap.test")
      for (const path of ["/health", "/ready"]) assert.strictEqual((yield* call(url, path)).status, 200)
      assert.strictEqual((yield* call(url, "/")).status, 404)
    }))

  it.live("is not ready where its store does not answer", () =>
    Effect.gen(function*() {
      const provider = yield* makeProvider
      const broken = Layer.mock(ProviderUpkeep, {
        ping: Effect.fail(new ProviderStoreError({ operation: "ping", cause: "gone" }))
      })
      const { port } = yield* serve(local).pipe(Effect.provide(broken), Effect.provideContext(provider.services))
      const url = `http://127.0.0.1:${port}`
      assert.strictEqual((yield* call(url, "/ready")).status, 503)
      assert.strictEqual((yield* call(url, "/health")).status, 200)
    }))
})
