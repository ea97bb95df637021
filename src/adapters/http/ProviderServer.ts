/** The provider's HTTP door (design, section 8): what its clients call. */
import { Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { FILE, type ProviderFacts } from "../../domain/account/ProviderFacts.ts"
import { Api } from "./Api.ts"
import { layerAuthorization, layerBounded, layerValidation } from "./Guards.ts"
import { layerAccount } from "./HandlersAccount.ts"
import { layerDirectory } from "./HandlersDirectory.ts"
import { layerAccess, layerEnrolment } from "./HandlersEnrolment.ts"
import { MAX_PARAM_LENGTH } from "./Limits.ts"
import { listen, type ListenOptions } from "./Listen.ts"
import { layerNotFound } from "./Refusal.ts"
import * as WebKeyRoutes from "./WebKeyRoutes.ts"

const layerFacts = (facts: ProviderFacts | undefined) =>
  facts === undefined ? Layer.empty : HttpRouter.add("GET", `/${FILE}`, HttpServerResponse.jsonUnsafe(facts))

const routes = (facts: ProviderFacts | undefined) =>
  HttpRouter.serve(
    Layer.mergeAll(
      HttpApiBuilder.layer(Api),
      layerFacts(facts),
      WebKeyRoutes.layer(facts?.domains ?? []),
      layerBounded,
      layerNotFound
    ).pipe(
      Layer.provide([layerDirectory, layerEnrolment, layerAccess, layerAccount]),
      Layer.provide([layerAuthorization, layerValidation])
    ),
    { disableLogger: true, disableListenLog: true, routerConfig: { maxParamLength: MAX_PARAM_LENGTH } }
  )

/** `facts`: what it says of itself in `provider.json`. */
export const serve = ({ facts, ...options }: ListenOptions & { readonly facts?: ProviderFacts }) =>
  listen(options, routes(facts))
