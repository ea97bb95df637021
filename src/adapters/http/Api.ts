/** The provider's HTTP API, version 1 (design, section 8). */
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup } from "effect/http-api"
import { Address } from "../../domain/account/Address.ts"
import { access, enrolment } from "./ApiEnrolment.ts"
import { NotFound, TooMany, Unavailable } from "./ApiErrors.ts"
import { Octets, Validation } from "./ApiFields.ts"
import { account } from "./ApiReplication.ts"

const directory = HttpApiGroup.make("directory", { topLevel: true }).add(
  HttpApiEndpoint.get("health", "/v1/health", { success: Schema.Struct({ status: Schema.Literal("ok") }) }),
  HttpApiEndpoint.get("certificate", "/v1/certificates/:address", {
    params: { address: Address },
    success: Octets,
    error: [NotFound, TooMany, Unavailable]
  })
)

export class Api
  extends HttpApi.make("leap-mail-provider").add(directory).add(enrolment).add(access).add(account).middleware(
    Validation
  )
{}
