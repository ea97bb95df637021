/** A provider on loopback, and the ports of one of its accounts through HTTP. */
import { NodeHttpClient } from "@effect/platform-node"
import { Effect, Layer, Redacted } from "effect"
import * as ProviderClient from "../../src/adapters/http/ProviderClient.ts"
import { serve } from "../../src/adapters/http/ProviderServer.ts"
import * as NodeCrypto from "../../src/adapters/node-crypto/NodeCrypto.ts"
import * as CredentialExchangeOpaque from "../../src/adapters/opaque/CredentialExchangeOpaque.ts"
import * as EnrolmentExchangeOpaque from "../../src/adapters/opaque/EnrolmentExchangeOpaque.ts"
import * as OpenPgpJs from "../../src/adapters/openpgp/OpenPgpJs.ts"
import * as RateLimitsLocal from "../../src/adapters/rate-limiter/RateLimitsLocal.ts"
import type { ProviderFacts } from "../../src/domain/account/ProviderFacts.ts"
import { print } from "../../src/domain/account/SessionToken.ts"
import { Crypto } from "../../src/ports/Crypto.ts"
import type { ProviderStore } from "../../src/ports/ProviderStore.ts"
import { makeStore, type ProviderPorts } from "./ProviderPorts.ts"

const SECRET = "t".repeat(43)

const exchanges = Layer.merge(
  EnrolmentExchangeOpaque.layer({ domains: ["leap.test"] }),
  CredentialExchangeOpaque.layer
)

/** Answers its URL; stops with the scope. */
export const serveProvider = (store: ProviderPorts, facts?: ProviderFacts) =>
  serve({ host: "127.0.0.1", port: 0, ...facts === undefined ? {} : { facts } }).pipe(
    Effect.map(({ host, port }) => `http://${host}:${port}`),
    Effect.provide(
      exchanges.pipe(
        Layer.provideMerge(Layer.succeedContext(store.context)),
        Layer.provideMerge(Layer.mergeAll(NodeCrypto.layer, OpenPgpJs.layer, Layer.fresh(RateLimitsLocal.layer)))
      )
    )
  )

/** A session of the account that never ends. */
export const makeToken = Effect.fnUntraced(function*(store: ProviderPorts, account: number) {
  const crypto = yield* Crypto
  yield* store.addSession(account, yield* crypto.sha256(new TextEncoder().encode(SECRET)), {
    id: "test",
    device: "test",
    createdAt: 0,
    expiresAt: 2 ** 52
  })
  return Redacted.make(print({ account, secret: SECRET }))
}, Effect.provide(NodeCrypto.layer))

export const layerExchange = (store: Layer.Layer<ProviderStore>) =>
  Layer.unwrap(Effect.gen(function*() {
    const url = yield* serveProvider(yield* makeStore(store))
    return ProviderClient.layerExchange(url).pipe(Layer.provide(NodeHttpClient.layerNodeHttp))
  }))
