/** What anybody may ask, if not too often. There is no list of addresses: who knows one may ask for it. */
import { Effect } from "effect"
import { HttpServerRequest } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { markOf } from "../../domain/keys/Mark.ts"
import { Crypto } from "../../ports/Crypto.ts"
import { ProviderDirectory } from "../../ports/ProviderDirectory.ts"
import { ProviderUpkeep } from "../../ports/ProviderUpkeep.ts"
import { RateLimits } from "../../ports/RateLimits.ts"
import { Api } from "./Api.ts"
import { TooMany } from "./ApiErrors.ts"
import { mayAsk } from "./Askers.ts"
import { orNotFound, orUnavailable } from "./Unavailable.ts"

export const layerDirectory = HttpApiBuilder.group(
  Api,
  "directory",
  Effect.fnUntraced(function*(handlers) {
    const { certificate, certificateByFingerprint, directoryLog } = yield* ProviderDirectory
    const upkeep = yield* ProviderUpkeep
    const crypto = yield* Crypto
    const limits = yield* RateLimits
    const slowly = (request: HttpServerRequest.HttpServerRequest) =>
      mayAsk.pipe(
        Effect.provideService(HttpServerRequest.HttpServerRequest, request),
        Effect.provideService(RateLimits, limits),
        Effect.flatMap((may) =>
          may ? Effect.void : new TooMany({ message: "You ask for too much at once. Try again in a minute." })
        )
      )
    return handlers.handleAll({
      health: () => Effect.succeed({ status: "ok" } as const),
      ready: () => Effect.as(orUnavailable(upkeep.ping), { status: "ok" } as const),
      certificate: Effect.fnUntraced(function*({ params, request }) {
        yield* slowly(request)
        const found = yield* orUnavailable(certificate(params.address)).pipe(orNotFound("certificate of this address"))
        return found.certificate
      }),
      certificateByFingerprint: Effect.fnUntraced(function*({ params, request }) {
        yield* slowly(request)
        const found = yield* orUnavailable(certificateByFingerprint(params.fingerprint.toUpperCase())).pipe(
          orNotFound("certificate with this fingerprint")
        )
        return found.certificate
      }),
      mark: Effect.fnUntraced(function*({ params, request }) {
        yield* slowly(request)
        const { address, fingerprint, logged } = yield* orUnavailable(certificate(params.address)).pipe(
          orNotFound("certificate of this address")
        )
        const { mark, salt } = yield* orUnavailable(
          markOf(address).pipe(
            Effect.provideService(Crypto, crypto),
            Effect.provideService(ProviderUpkeep, upkeep)
          )
        )
        return { salt, mark, fingerprint, logged }
      }),
      log: Effect.fnUntraced(function*({ query, request }) {
        yield* slowly(request)
        return yield* orUnavailable(directoryLog(query.after, query.limit))
      })
    })
  })
)
