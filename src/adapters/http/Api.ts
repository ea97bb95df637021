/** The provider's HTTP API, version 1 (design, section 8). */
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup } from "effect/http-api"
import { Address } from "../../domain/account/Address.ts"
import { LogEntry } from "../../domain/keys/DirectoryLog.ts"
import { access, enrolment } from "./ApiEnrolment.ts"
import { NotFound, TooMany, Unavailable } from "./ApiErrors.ts"
import { Count, limit, Octets, Validation } from "./ApiFields.ts"
import { account } from "./ApiReplication.ts"
import { MAX_LOG_ENTRIES } from "./Limits.ts"

const directory = HttpApiGroup.make("directory", { topLevel: true }).add(
  HttpApiEndpoint.get("health", "/v1/health", { success: Schema.Struct({ status: Schema.Literal("ok") }) }),
  // 503 where its store cannot be reached: a balancer sends nobody here.
  HttpApiEndpoint.get("ready", "/v1/ready", {
    success: Schema.Struct({ status: Schema.Literal("ok") }),
    error: Unavailable
  }),
  HttpApiEndpoint.get("certificate", "/v1/certificates/:address", {
    params: { address: Address },
    success: Octets,
    error: [NotFound, TooMany, Unavailable]
  }),
  HttpApiEndpoint.get("certificateByFingerprint", "/v1/fingerprints/:fingerprint", {
    params: { fingerprint: Schema.String.check(Schema.isPattern(/^([0-9a-f]{40}|[0-9a-f]{64})$/i)) },
    success: Octets,
    error: [NotFound, TooMany, Unavailable]
  }),
  // Under which mark the log tells of an address, and the latest entry that does.
  HttpApiEndpoint.get("mark", "/v1/directory/marks/:address", {
    params: { address: Address },
    success: Schema.Struct({ salt: Schema.String, mark: Schema.String, fingerprint: Schema.String, logged: Count }),
    error: [NotFound, TooMany, Unavailable]
  }),
  HttpApiEndpoint.get("log", "/v1/directory/log", {
    query: { after: Count, limit: limit(MAX_LOG_ENTRIES) },
    success: Schema.Array(LogEntry),
    error: [TooMany, Unavailable]
  })
)

export class Api
  extends HttpApi.make("leap-mail-provider").add(directory).add(enrolment).add(access).add(account).middleware(
    Validation
  )
{}
