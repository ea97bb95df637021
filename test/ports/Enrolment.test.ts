import { Layer } from "effect"
import * as NodeCrypto from "../../src/adapters/node-crypto/NodeCrypto.ts"
import * as EnrolmentExchangeOpaque from "../../src/adapters/opaque/EnrolmentExchangeOpaque.ts"
import * as EnrolmentOpaque from "../../src/adapters/opaque/EnrolmentOpaque.ts"
import * as RateLimitsLocal from "../../src/adapters/rate-limiter/RateLimitsLocal.ts"
import * as CheapPassphrases from "./CheapPassphrases.ts"
import { enrolmentContract } from "./Enrolment.contract.ts"
import { layerExchange } from "./ProviderOverHttp.ts"
import * as Stores from "./Stores.ts"

enrolmentContract(
  "in process",
  EnrolmentOpaque.layer.pipe(
    Layer.provideMerge(EnrolmentExchangeOpaque.layer({ domains: ["leap.test"] })),
    Layer.provide([Stores.memory, RateLimitsLocal.layer, NodeCrypto.layer]),
    Layer.provideMerge(CheapPassphrases.layer)
  )
)

enrolmentContract(
  "over HTTP",
  EnrolmentOpaque.layer.pipe(Layer.provideMerge([layerExchange(Stores.memory), CheapPassphrases.layer]))
)
