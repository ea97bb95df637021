import { Layer } from "effect"
import * as ProviderStoreMemory from "../../src/adapters/memory/ProviderStoreMemory.ts"
import * as NodeCrypto from "../../src/adapters/node-crypto/NodeCrypto.ts"
import * as EnrolmentExchangeOpaque from "../../src/adapters/opaque/EnrolmentExchangeOpaque.ts"
import * as EnrolmentOpaque from "../../src/adapters/opaque/EnrolmentOpaque.ts"
import { enrolmentContract } from "./Enrolment.contract.ts"
import { layerExchange } from "./ProviderOverHttp.ts"

enrolmentContract(
  "in process",
  EnrolmentOpaque.layer.pipe(
    Layer.provideMerge(EnrolmentExchangeOpaque.layer({ domains: ["leap.test"] })),
    Layer.provide([ProviderStoreMemory.layer, NodeCrypto.layer])
  )
)

enrolmentContract(
  "over HTTP",
  EnrolmentOpaque.layer.pipe(Layer.provideMerge(layerExchange(ProviderStoreMemory.layer)))
)
