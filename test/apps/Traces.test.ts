import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, References } from "effect"
import { createServer } from "node:http"
import * as Traces from "../../src/apps/Traces.ts"
import { listen } from "../Loopback.ts"

/** A collector of the test's own: what was posted, by path. */
const collector = Effect.gen(function*() {
  const posted: Array<readonly [path: string, body: string]> = []
  const port = yield* listen(() =>
    createServer((request, response) => {
      let body = ""
      request.on("data", (chunk) => body += String(chunk))
      request.on("end", () => {
        posted.push([request.url ?? "", body])
        response.end("{}")
      })
    })
  )
  return { posted, url: `http://127.0.0.1:${port}/` }
})

/** Answers whether spans are made. */
const work = (env: Record<string, string>) =>
  Effect.gen(function*() {
    return yield* References.TracerEnabled
  }).pipe(
    Effect.withSpan("work of the test"),
    Effect.provide(Layer.fresh(Layer.provide(Traces.layer, NodeHttpClient.layerNodeHttp))),
    Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env }))
  )

describe("Traces", () => {
  it.live("go to the collector that is set, and nowhere without one", () =>
    Effect.gen(function*() {
      const { posted, url } = yield* collector
      assert.isFalse(yield* work({}))
      assert.deepStrictEqual(posted, [])
      assert.isTrue(yield* work({ OTEL_EXPORTER_OTLP_ENDPOINT: url }))
      assert.deepStrictEqual(posted.map(([path]) => path), ["/v1/traces"])
      assert.include(posted[0]?.[1], "work of the test")
      assert.include(posted[0]?.[1], "leap-mail")
    }))
})
