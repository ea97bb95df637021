/** The client's part of OPAQUE registration (RFC 9807 §5) for further secrets of an account that it is logged in to. */
import * as opaque from "@serenity-kit/opaque"
import { Effect, Layer } from "effect"
import { AccountAccess } from "../../ports/AccountAccess.ts"
import { AccountSecrets } from "../../ports/AccountSecrets.ts"
import { registration } from "./OpaqueClient.ts"

export const layer: Layer.Layer<AccountSecrets, never, AccountAccess> = Layer.effect(
  AccountSecrets,
  Effect.gen(function*() {
    const access = yield* AccountAccess
    yield* Effect.promise(() => opaque.ready)
    return AccountSecrets.of({
      set: Effect.fn("AccountSecretsOpaque.set")(function*(_address, { kind, lifetime, secret }, wrapRoot) {
        const registered = yield* registration(
          "change",
          secret,
          (request) => access.changeStart(kind, request),
          wrapRoot
        )
        yield* access.changeFinish(kind, { ...registered, lifetime })
      })
    })
  })
)
