/** What the fields of the provider's API may hold, and who calls. Bytes travel as octets, in JSON as base64. */
import { Context, type Effect, Schema } from "effect"
import { HttpApiMiddleware, HttpApiSchema, HttpApiSecurity } from "effect/http-api"
import { EnrolmentRefused } from "../../ports/Enrolment.ts"
import type { CurrentSession } from "../../ports/ProviderSessions.ts"
import { Malformed, TooMany, Unauthorized, Unavailable } from "./ApiErrors.ts"
import { MAX_ID_LENGTH, MAX_IDS } from "./Limits.ts"

/** What a call carries does not fit its schema. */
export class Validation
  extends HttpApiMiddleware.Service<Validation>()("leap-mail/adapters/http/ApiFields/Validation", {
    error: Malformed
  })
{}

export class Caller extends Context.Service<
  Caller,
  CurrentSession & {
    /** Asked again, for calls that last. */
    readonly isLoggedIn: Effect.Effect<boolean>
  }
>()("leap-mail/adapters/http/ApiFields/Caller") {}

export class Authorization extends HttpApiMiddleware.Service<Authorization, { provides: Caller }>()(
  "leap-mail/adapters/http/ApiFields/Authorization",
  { security: { bearer: HttpApiSecurity.bearer }, error: [Unauthorized, TooMany, Unavailable] }
) {}

export const Id = Schema.String.check(Schema.isPattern(new RegExp(`^[\\x21-\\x7e]{1,${MAX_ID_LENGTH}}$`)))
export const Ids = Schema.Array(Id).check(Schema.isMaxLength(MAX_IDS))
export const Count = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }))
export const limit = (maximum: number) => Schema.Int.check(Schema.isBetween({ minimum: 1, maximum }))
export const base64 = (maximum: number) =>
  Schema.Uint8ArrayFromBase64.check(
    Schema.makeFilter((bytes) => bytes.length <= maximum || `at most ${maximum} bytes`)
  )
export const Octets = Schema.Uint8Array.pipe(HttpApiSchema.asUint8Array())
/** An OPAQUE message: base64url. */
export const Message = Schema.String.check(Schema.isPattern(/^[A-Za-z0-9_-]{1,4096}$/))
export const DeviceName = Schema.String.check(Schema.isMaxLength(200))
export const Kind = Schema.Literals(["password", "phrase", "code"])
export const refused = EnrolmentRefused.pipe(HttpApiSchema.status(403))
