/** A client of the provider's API. Answers are bounded; a failure says whether another try may succeed. */
import { ByteSize, Effect, type Redacted } from "effect"
import { HttpClientRequest, HttpIncomingMessage } from "effect/http"
import { HttpApiClient, HttpApiMiddleware } from "effect/http-api"
import { EnrolmentError, EnrolmentRefused } from "../../ports/Enrolment.ts"
import { SignedOut } from "../../ports/Replication.ts"
import { Api } from "./Api.ts"
import { Authorization } from "./ApiFields.ts"
import { isTransient } from "./CallFailure.ts"
import { MAX_RESPONSE_BYTES } from "./Limits.ts"

export const bounded = <A, E, R>(call: Effect.Effect<A, E, R>) =>
  Effect.provideService(call, HttpIncomingMessage.MaxBodySize, ByteSize.bytes(MAX_RESPONSE_BYTES))

export const makeClient = (baseUrl: string, token?: Redacted.Redacted<string>) =>
  HttpApiClient.make(Api, { baseUrl }).pipe(
    Effect.provide(
      HttpApiMiddleware.layerClient(
        Authorization,
        ({ next, request }) => next(token === undefined ? request : HttpClientRequest.bearerToken(request, token))
      )
    )
  )
export type Client = Effect.Success<ReturnType<typeof makeClient>>

/** Of calls before and around a session. */
export const enrolmentFailed =
  (operation: EnrolmentError["operation"]) =>
  (error: EnrolmentRefused | { readonly _tag: string }): EnrolmentRefused | EnrolmentError => {
    if (error instanceof EnrolmentRefused) return error
    if (error._tag === "Unauthorized") {
      return new EnrolmentRefused({ reason: "SignedOut", message: new SignedOut().message })
    }
    return new EnrolmentError({ operation, transient: isTransient(error), cause: error })
  }
