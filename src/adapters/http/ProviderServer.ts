/** The provider's HTTP door (design, section 8): what its clients call. */
import { Layer } from "effect"
import { HttpRouter } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "./Api.ts"
import { layerAuthorization, layerBounded, layerValidation } from "./Guards.ts"
import { layerAccount } from "./HandlersAccount.ts"
import { layerDirectory } from "./HandlersDirectory.ts"
import { layerAccess, layerEnrolment } from "./HandlersEnrolment.ts"
import { MAX_PARAM_LENGTH } from "./Limits.ts"
import { listen, type ListenOptions } from "./Listen.ts"
import { layerNotFound } from "./Refusal.ts"

const routes = HttpRouter.serve(
  Layer.mergeAll(HttpApiBuilder.layer(Api), layerBounded, layerNotFound).pipe(
    Layer.provide([layerDirectory, layerEnrolment, layerAccess, layerAccount]),
    Layer.provide([layerAuthorization, layerValidation])
  ),
  { disableLogger: true, disableListenLog: true, routerConfig: { maxParamLength: MAX_PARAM_LENGTH } }
)

export const serve = (options: ListenOptions) => listen(options, routes)
