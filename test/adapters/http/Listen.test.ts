import { assert, describe, it } from "@effect/vitest"
import { Effect, SubscriptionRef } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { connect } from "node:tls"
import { listen } from "../../../src/adapters/http/Listen.ts"
import { make } from "../../../src/adapters/x509/SelfSigned.ts"
import type { Identity } from "../../../src/ports/Tls.ts"

/** SHA-256 of the certificate that is shown. */
const shownAt = (port: number) =>
  Effect.callback<string>((resume) => {
    const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false }, () => {
      resume(Effect.succeed(socket.getPeerCertificate().fingerprint256))
      socket.destroy()
    })
    return Effect.sync(() => socket.destroy())
  })

describe("an HTTPS door", () => {
  it.live("shows a renewed certificate to whoever comes next", () =>
    Effect.gen(function*() {
      const [first, renewed] = [make(["mail.test"], Date.now()), make(["mail.test"], Date.now())]
      const tls = yield* SubscriptionRef.make<Identity>(first)
      const routes = HttpRouter.serve(HttpRouter.add("GET", "/", HttpServerResponse.empty()), { disableLogger: true })
      const { port } = yield* listen({ host: "127.0.0.1", port: 0, tls }, routes)
      assert.strictEqual(yield* shownAt(port), first.fingerprint)
      yield* SubscriptionRef.set(tls, renewed)
      assert.strictEqual(yield* shownAt(port), renewed.fingerprint)
    }))
})
