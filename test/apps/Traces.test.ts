import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer } from "effect"
import { createServer } from "node:http"
import * as Traces from "../../src/apps/Traces.ts"

/** A collector of the test's own: what was posted, by path. */
const collector = Effect.gen(function*() {
  const posted: Array<readonly [path: string, body: string]> = []
  const server = yield* Effect.acquireRelease(
    Effect.sync(() =>
      createServer((request, response) => {
        let body = ""
        request.on("data", (chunk) => body += String(chunk))
        request.on("end", () => {
          posted.push([request.url ?? "", body])
          response.end("{}")
        })
      })
    ),
    (server) => Effect.sync(() => server.close())
  )
  const port = yield* Effect.callback<number>((resume) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 0))
    })
  })
  return { posted, url: `http://127.0.0.1:${port}/` }
})

const work = (env: Record<string, string>) =>
  Effect.void.pipe(
    Effect.withSpan("work of the test"),
    Effect.provide(Layer.fresh(Layer.provide(Traces.layer, NodeHttpClient.layerNodeHttp))),
    Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env }))
  )

describe("Traces", () => {
  it.live("go to the collector that is set, and nowhere without one", () =>
    Effect.gen(function*() {
      const { posted, url } = yield* collector
      yield* work({})
      assert.deepStrictEqual(posted, [])
      yield* work({ OTEL_EXPORTER_OTLP_ENDPOINT: url })
      assert.deepStrictEqual(posted.map(([path]) => path), ["/v1/traces"])
      assert.include(posted[0]?.[1], "work of the test")
      assert.include(posted[0]?.[1], "leap-mail")
    }))
})
