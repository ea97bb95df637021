/** All ports of a provider's store as one object: their methods have names of their own. */
import { Context, Effect, Layer } from "effect"
import * as NodeCrypto from "../../src/adapters/node-crypto/NodeCrypto.ts"
import type { Address } from "../../src/domain/account/Address.ts"
import { ProviderAccounts } from "../../src/ports/ProviderAccounts.ts"
import { ProviderBlobs } from "../../src/ports/ProviderBlobs.ts"
import { ProviderCredentials } from "../../src/ports/ProviderCredentials.ts"
import { ProviderDirectory } from "../../src/ports/ProviderDirectory.ts"
import { ProviderDocuments } from "../../src/ports/ProviderDocuments.ts"
import { ProviderQueue } from "../../src/ports/ProviderQueue.ts"
import { ProviderSessions } from "../../src/ports/ProviderSessions.ts"
import type { ProviderStore } from "../../src/ports/ProviderStore.ts"
import { ProviderUpkeep } from "../../src/ports/ProviderUpkeep.ts"
import { RelayQueue } from "../../src/ports/RelayQueue.ts"

export const gather = (context: Context.Context<ProviderStore>) => ({
  context,
  ...Context.get(context, ProviderAccounts),
  ...Context.get(context, ProviderBlobs),
  ...Context.get(context, ProviderCredentials),
  ...Context.get(context, ProviderDirectory),
  ...Context.get(context, ProviderDocuments),
  ...Context.get(context, ProviderQueue),
  ...Context.get(context, ProviderSessions),
  ...Context.get(context, ProviderUpkeep),
  ...Context.get(context, RelayQueue)
})

export type ProviderPorts = ReturnType<typeof gather>

/** The ports around a test. */
export const ports = Effect.map(Effect.context<ProviderStore>(), gather)

/** A store of its own, for as long as the scope is open. */
export const makeStore = <E>(layer: Layer.Layer<ProviderStore, E, Layer.Success<typeof NodeCrypto.layer>>) =>
  Effect.map(Layer.build(Layer.fresh(layer).pipe(Layer.provide(NodeCrypto.layer))), gather)

export const makeAccount = (store: ProviderPorts, address: Address) =>
  store.createAccount({ address, registration: "record", wrappedRoot: Uint8Array.of(1, 2) })
