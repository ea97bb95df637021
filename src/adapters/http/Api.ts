/** The provider's HTTP API, version 1 (design, section 8). Bytes travel as octets, in JSON as base64. */
import { Context, Schema } from "effect"
import {
  HttpApi,
  HttpApiEndpoint,
  HttpApiGroup,
  HttpApiMiddleware,
  HttpApiSchema,
  HttpApiSecurity
} from "effect/http-api"
import { Address } from "../../domain/account/Address.ts"
import { CertificateRefused } from "../../domain/keys/Publish.ts"
import { EnrolmentRefused } from "../../ports/Enrolment.ts"
import type { ProviderAccount } from "../../ports/ProviderStore.ts"
import { Malformed, NotFound, TooLarge, TooMany, Unauthorized, Unavailable } from "./ApiErrors.ts"
import { MAX_DOCUMENT_BYTES, MAX_DOCUMENTS, MAX_ID_LENGTH, MAX_IDS, MAX_WRAPPED_ROOT_BYTES } from "./Limits.ts"

/** What a call carries does not fit its schema. */
export class Validation extends HttpApiMiddleware.Service<Validation>()("leap-mail/adapters/http/Api/Validation", {
  error: Malformed
}) {}

export class CurrentAccount extends Context.Service<CurrentAccount, ProviderAccount>()(
  "leap-mail/adapters/http/Api/CurrentAccount"
) {}

export class Authorization extends HttpApiMiddleware.Service<Authorization, { provides: CurrentAccount }>()(
  "leap-mail/adapters/http/Api/Authorization",
  { security: { bearer: HttpApiSecurity.bearer }, error: [Unauthorized, TooMany, Unavailable] }
) {}

const Id = Schema.String.check(Schema.isPattern(new RegExp(`^[\\x21-\\x7e]{1,${MAX_ID_LENGTH}}$`)))
const Ids = Schema.Array(Id).check(Schema.isMaxLength(MAX_IDS))
const Count = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }))
const limit = (maximum: number) => Schema.Int.check(Schema.isBetween({ minimum: 1, maximum }))
const base64 = (maximum: number) =>
  Schema.Uint8ArrayFromBase64.check(
    Schema.makeFilter((bytes) => bytes.length <= maximum || `at most ${maximum} bytes`)
  )
const Octets = Schema.Uint8Array.pipe(HttpApiSchema.asUint8Array())
/** An OPAQUE message: base64url. */
const Message = Schema.String.check(Schema.isPattern(/^[A-Za-z0-9_-]{1,4096}$/))
const Sealed = Schema.NullOr(base64(MAX_DOCUMENT_BYTES))
const refused = EnrolmentRefused.pipe(HttpApiSchema.status(403))

const Outcome = Schema.Union([
  Schema.TaggedStruct("Accepted", { id: Id, generation: Count }),
  Schema.TaggedStruct("Stale", { id: Id, current: Count })
])

const directory = HttpApiGroup.make("directory", { topLevel: true }).add(
  HttpApiEndpoint.get("health", "/v1/health", { success: Schema.Struct({ status: Schema.Literal("ok") }) }),
  HttpApiEndpoint.get("certificate", "/v1/certificates/:address", {
    params: { address: Address },
    success: Octets,
    error: [NotFound, Unavailable]
  })
)

const enrolment = HttpApiGroup.make("enrolment").add(
  HttpApiEndpoint.post("registerStart", "/register/start", {
    payload: Schema.Struct({ address: Address, request: Message }),
    success: Schema.Struct({ response: Message }),
    error: [refused, Unavailable]
  }),
  HttpApiEndpoint.post("registerFinish", "/register/finish", {
    payload: Schema.Struct({ address: Address, record: Message, wrappedRoot: base64(MAX_WRAPPED_ROOT_BYTES) }),
    success: HttpApiSchema.NoContent,
    error: [refused, Unavailable]
  }),
  HttpApiEndpoint.post("loginStart", "/login/start", {
    payload: Schema.Struct({ address: Address, request: Message }),
    success: Schema.Struct({ attempt: Message, response: Message }),
    error: [refused, Unavailable]
  }),
  HttpApiEndpoint.post("loginFinish", "/login/finish", {
    payload: Schema.Struct({
      attempt: Message,
      request: Message,
      device: Schema.String.check(Schema.isMaxLength(200))
    }),
    success: Schema.Struct({
      token: Schema.RedactedFromValue(Schema.String, { label: "session" }),
      wrappedRoot: base64(MAX_WRAPPED_ROOT_BYTES)
    }),
    error: [refused, Unavailable]
  })
).prefix("/v1")

const account = HttpApiGroup.make("account").add(
  HttpApiEndpoint.post("push", "/push", {
    payload: Schema.Struct({
      batch: Id,
      documents: Schema.Array(Schema.Struct({ id: Id, parent: Count, sealed: Sealed })).check(
        Schema.isMaxLength(MAX_DOCUMENTS)
      )
    }),
    success: Schema.Array(Outcome),
    error: [TooLarge, Unavailable]
  }),
  // Bounded in bytes too: the end is where the last document, or `since`, is of `generation`.
  HttpApiEndpoint.get("pull", "/pull", {
    query: { since: Count, limit: limit(MAX_DOCUMENTS) },
    success: Schema.Struct({
      generation: Count,
      documents: Schema.Array(Schema.Struct({ id: Id, generation: Count, parent: Count, sealed: Sealed }))
    }),
    error: Unavailable
  }),
  HttpApiEndpoint.put("putBlob", "/blobs/:id", {
    params: { id: Id },
    payload: Octets,
    success: HttpApiSchema.NoContent,
    error: [TooLarge, Unavailable]
  }),
  HttpApiEndpoint.get("getBlob", "/blobs/:id", {
    params: { id: Id },
    success: Octets,
    error: [NotFound, Unavailable]
  }),
  HttpApiEndpoint.post("missingBlobs", "/blobs/missing", {
    payload: Schema.Struct({ ids: Ids }),
    success: Schema.Array(Id),
    error: Unavailable
  }),
  HttpApiEndpoint.get("feed", "/feed", {
    success: HttpApiSchema.StreamUint8Array({ contentType: "text/event-stream" })
  }),
  HttpApiEndpoint.get("incoming", "/incoming", {
    query: { limit: limit(MAX_IDS) },
    success: Schema.Array(Schema.Struct({ id: Id, arrivedAt: Count, size: Count })),
    error: Unavailable
  }),
  HttpApiEndpoint.get("fetchIncoming", "/incoming/:id", {
    params: { id: Id },
    success: Octets,
    error: [NotFound, Unavailable]
  }),
  HttpApiEndpoint.post("acknowledge", "/incoming/acknowledge", {
    payload: Schema.Struct({ ids: Ids }),
    success: HttpApiSchema.NoContent,
    error: Unavailable
  }),
  HttpApiEndpoint.put("publish", "/certificate", {
    payload: Octets,
    success: HttpApiSchema.NoContent,
    error: [CertificateRefused.pipe(HttpApiSchema.status(422)), TooLarge, Unavailable]
  })
).middleware(Authorization).prefix("/v1")

export class Api
  extends HttpApi.make("leap-mail-provider").add(directory).add(enrolment).add(account).middleware(Validation)
{}
