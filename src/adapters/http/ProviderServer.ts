/** The provider's HTTP door (design, section 8): what its clients call. */
import { Layer } from "effect"
import { HttpRouter } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "./Api.ts"
import { bounded, layerAuthorization, layerValidation } from "./Guards.ts"
import { layerAccount, layerDirectory, layerEnrolment } from "./Handlers.ts"
import { listen, type ListenOptions } from "./Listen.ts"

const routes = HttpRouter.serve(
  HttpApiBuilder.layer(Api).pipe(
    Layer.provide([layerDirectory, layerEnrolment, layerAccount]),
    Layer.provide([layerAuthorization, layerValidation])
  ),
  { disableLogger: true, disableListenLog: true, middleware: bounded }
)

export const serve = (options: ListenOptions) => listen(options, routes)
