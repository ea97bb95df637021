/** A provider on loopback, and the ports of one of its accounts through HTTP. */
import { NodeHttpClient } from "@effect/platform-node"
import { Context, Effect, Layer, Redacted } from "effect"
import * as ProviderClient from "../../src/adapters/http/ProviderClient.ts"
import { serve } from "../../src/adapters/http/ProviderServer.ts"
import * as NodeCrypto from "../../src/adapters/node-crypto/NodeCrypto.ts"
import * as EnrolmentExchangeOpaque from "../../src/adapters/opaque/EnrolmentExchangeOpaque.ts"
import * as OpenPgpJs from "../../src/adapters/openpgp/OpenPgpJs.ts"
import { Address } from "../../src/domain/account/Address.ts"
import { Crypto } from "../../src/ports/Crypto.ts"
import { ProviderStore } from "../../src/ports/ProviderStore.ts"

const TOKEN = "t".repeat(43)

/** Answers its URL; stops with the scope. */
export const serveProvider = (store: ProviderStore["Service"]) =>
  serve({ host: "127.0.0.1", port: 0 }).pipe(
    Effect.map(({ host, port }) => `http://${host}:${port}`),
    Effect.provide(
      EnrolmentExchangeOpaque.layer({ domains: ["leap.test"] }).pipe(
        Layer.provideMerge(Layer.succeed(ProviderStore, store)),
        Layer.provideMerge(Layer.mergeAll(NodeCrypto.layer, OpenPgpJs.layer))
      )
    )
  )

export const makeAccount = Effect.fnUntraced(function*(store: ProviderStore["Service"], name: string) {
  const address = Address.make(`${name}@leap.test`)
  return yield* store.createAccount({ address, registration: "r", wrappedRoot: new Uint8Array(1) })
})

/** A session of the account that never ends. */
export const makeToken = Effect.fnUntraced(function*(store: ProviderStore["Service"], account: number) {
  const crypto = yield* Crypto
  const token = `${account}${TOKEN}`.slice(0, TOKEN.length)
  yield* store.addSession(
    account,
    yield* crypto.sha256(new TextEncoder().encode(token)),
    "test",
    Number.MAX_SAFE_INTEGER
  )
  return Redacted.make(token)
}, Effect.provide(NodeCrypto.layer))

export const layerExchange = (store: Layer.Layer<ProviderStore>) =>
  Layer.unwrap(Effect.gen(function*() {
    const url = yield* serveProvider(Context.get(yield* Layer.build(Layer.fresh(store)), ProviderStore))
    return ProviderClient.layerExchange(url).pipe(Layer.provide(NodeHttpClient.layerNodeHttp))
  }))
