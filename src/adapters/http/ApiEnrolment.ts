/** Opening an account and logging in to it (OPAQUE, RFC 9807), and what a logged-in device may change of that. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "effect/http-api"
import { Address } from "../../domain/account/Address.ts"
import { NotFound, TooMany, Unavailable } from "./ApiErrors.ts"
import { Authorization, base64, Count, DeviceName, Id, Kind, Message, refused } from "./ApiFields.ts"
import { MAX_WRAPPED_ROOT_BYTES } from "./Limits.ts"

const Token = Schema.RedactedFromValue(Schema.String, { label: "session" })
const WrappedRoot = base64(MAX_WRAPPED_ROOT_BYTES)

export const enrolment = HttpApiGroup.make("enrolment").add(
  HttpApiEndpoint.post("registerStart", "/register/start", {
    payload: Schema.Struct({ address: Address, request: Message }),
    success: Schema.Struct({ response: Message }),
    error: [refused, TooMany, Unavailable]
  }),
  HttpApiEndpoint.post("registerFinish", "/register/finish", {
    payload: Schema.Struct({
      address: Address,
      record: Message,
      wrappedRoot: WrappedRoot,
      device: DeviceName,
      invite: Schema.optional(Id)
    }),
    success: Schema.Struct({ token: Token }),
    error: [refused, TooMany, Unavailable]
  }),
  HttpApiEndpoint.post("loginStart", "/login/start", {
    payload: Schema.Struct({ address: Address, request: Message, kind: Schema.optional(Kind) }),
    success: Schema.Struct({ attempt: Message, response: Message }),
    error: [refused, TooMany, Unavailable]
  }),
  HttpApiEndpoint.post("loginFinish", "/login/finish", {
    payload: Schema.Struct({ attempt: Message, request: Message, device: DeviceName }),
    success: Schema.Struct({
      token: Token,
      wrappedRoot: WrappedRoot
    }),
    error: [refused, TooMany, Unavailable]
  })
).prefix("/v1")

/** A day: a code that is shown to be typed in is not kept longer. */
const Lifetime = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 86_400 }))

export const access = HttpApiGroup.make("access").add(
  HttpApiEndpoint.post("changeStart", "/credentials/:kind/start", {
    params: { kind: Kind },
    payload: Schema.Struct({ request: Message }),
    success: Schema.Struct({ response: Message }),
    error: [refused, Unavailable]
  }),
  HttpApiEndpoint.post("changeFinish", "/credentials/:kind/finish", {
    params: { kind: Kind },
    payload: Schema.Struct({ record: Message, wrappedRoot: WrappedRoot, lifetime: Schema.NullOr(Lifetime) }),
    success: HttpApiSchema.NoContent,
    error: [refused, Unavailable]
  }),
  HttpApiEndpoint.delete("dropCredential", "/credentials/:kind", {
    params: { kind: Schema.Literals(["phrase", "code"]) },
    success: HttpApiSchema.NoContent,
    error: Unavailable
  }),
  HttpApiEndpoint.get("sessions", "/sessions", {
    success: Schema.Array(Schema.Struct({
      id: Id,
      device: Schema.String,
      createdAt: Count,
      seenAt: Count,
      expiresAt: Count,
      isCurrent: Schema.Boolean
    })),
    error: Unavailable
  }),
  HttpApiEndpoint.put("renameSession", "/sessions/:id", {
    params: { id: Id },
    payload: Schema.Struct({ device: DeviceName }),
    success: HttpApiSchema.NoContent,
    error: [NotFound, Unavailable]
  }),
  HttpApiEndpoint.delete("revokeSession", "/sessions/:id", {
    params: { id: Id },
    success: HttpApiSchema.NoContent,
    error: [NotFound, Unavailable]
  }),
  HttpApiEndpoint.get("account", "/account", {
    success: Schema.Struct({
      address: Address,
      aliases: Schema.Array(Schema.String),
      used: Count,
      quota: Schema.NullOr(Count)
    }),
    error: Unavailable
  }),
  HttpApiEndpoint.delete("remove", "/account", { success: HttpApiSchema.NoContent, error: Unavailable })
).middleware(Authorization).prefix("/v1")
