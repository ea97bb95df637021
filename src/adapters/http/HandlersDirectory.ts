/** What anybody may ask. */
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { ProviderDirectory } from "../../ports/ProviderDirectory.ts"
import { Api } from "./Api.ts"
import { orNotFound, orUnavailable } from "./Unavailable.ts"

export const layerDirectory = HttpApiBuilder.group(
  Api,
  "directory",
  Effect.fnUntraced(function*(handlers) {
    const { certificate } = yield* ProviderDirectory
    return handlers.handleAll({
      health: () => Effect.succeed({ status: "ok" } as const),
      certificate: ({ params }) =>
        orUnavailable(certificate(params.address)).pipe(
          orNotFound("certificate of this address"),
          Effect.map((found) => found.certificate)
        )
    })
  })
)
