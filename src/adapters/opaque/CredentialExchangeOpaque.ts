/** CredentialExchange over the provider's store. */
import { Clock, Effect, Layer } from "effect"
import { CredentialExchange } from "../../ports/CredentialExchange.ts"
import type { EnrolmentError } from "../../ports/Enrolment.ts"
import { ProviderCredentials } from "../../ports/ProviderCredentials.ts"
import type { ProviderUpkeep } from "../../ports/ProviderUpkeep.ts"
import * as OpaqueServer from "./OpaqueServer.ts"

export const layer: Layer.Layer<CredentialExchange, EnrolmentError, ProviderCredentials | ProviderUpkeep> = Layer
  .effect(
    CredentialExchange,
    Effect.gen(function*() {
      const credentials = yield* ProviderCredentials
      const server = yield* OpaqueServer.OpaqueServer
      return CredentialExchange.of({
        changeStart: ({ address }, kind, request) => server.register(address, kind, request),
        changeFinish: Effect.fn("CredentialExchangeOpaque.changeFinish")(
          function*({ address, id }, session, kind, { lifetime, record, wrappedRoot }) {
            yield* server.check(address, kind, record)
            const now = yield* Clock.currentTimeMillis
            const expiresAt = lifetime === undefined ? undefined : now + lifetime * 1000
            yield* credentials.setCredential(
              id,
              kind,
              { registration: record, wrappedRoot, expiresAt },
              kind === "password" ? session : undefined
            ).pipe(Effect.mapError(OpaqueServer.failed("change")))
          }
        )
      })
    })
  ).pipe(Layer.provide(OpaqueServer.layer))
