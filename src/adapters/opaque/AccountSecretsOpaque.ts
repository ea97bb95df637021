/** The client's part of OPAQUE registration (RFC 9807 §5) for further secrets of an account that it is logged in to. */
import * as opaque from "@serenity-kit/opaque"
import { Effect, Layer } from "effect"
import { AccountAccess } from "../../ports/AccountAccess.ts"
import { AccountSecrets } from "../../ports/AccountSecrets.ts"
import { attempt, exportKey, normal } from "./OpaqueClient.ts"

export const layer: Layer.Layer<AccountSecrets, never, AccountAccess> = Layer.effect(
  AccountSecrets,
  Effect.gen(function*() {
    const access = yield* AccountAccess
    yield* Effect.promise(() => opaque.ready)
    return AccountSecrets.of({
      set: Effect.fn("AccountSecretsOpaque.set")(function*(_address, { kind, lifetime, secret }, wrapRoot) {
        const password = normal(secret)
        const start = yield* attempt("change", () => opaque.client.startRegistration({ password }))
        const registrationResponse = yield* access.changeStart(kind, start.registrationRequest)
        const finish = yield* attempt("change", () =>
          opaque.client.finishRegistration({
            password,
            registrationResponse,
            clientRegistrationState: start.clientRegistrationState
          }))
        const wrappedRoot = yield* wrapRoot(yield* exportKey("change", finish.exportKey))
        yield* access.changeFinish(kind, { record: finish.registrationRecord, wrappedRoot, lifetime })
      })
    })
  })
)
