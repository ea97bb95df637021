/** The KeyStore port in memory. */
import { Effect, Layer } from "effect"
import { type Address, canonical } from "../../domain/account/Address.ts"
import type { Binding } from "../../domain/keys/Binding.ts"
import { KeyStore, type OwnKeys } from "../../ports/KeyStore.ts"

export const make = Effect.sync(() => {
  let own: OwnKeys | undefined
  const bound = new Map<Address, Binding>()
  return KeyStore.of({
    own: Effect.sync(() => own),
    putOwn: (keys) =>
      Effect.sync(() => {
        own = keys
      }),
    binding: (address) => Effect.sync(() => bound.get(canonical(address))),
    bind: (binding) =>
      Effect.sync(() => {
        const address = canonical(binding.address)
        bound.set(address, { ...binding, address })
      }),
    bindings: Effect.sync(() => Array.from(bound.values()).toSorted((a, b) => a.address < b.address ? -1 : 1))
  })
})

export const layer: Layer.Layer<KeyStore> = Layer.effect(KeyStore, make)
