/** RFC 9110 §11.6.1: an answer 401 says how to authenticate. */
import { Effect } from "effect"
import { HttpEffect, HttpServerResponse } from "effect/http"
import { Unauthorized } from "./ApiErrors.ts"

export const challenge = (scheme: string, message: string) =>
  Effect.andThen(
    HttpEffect.appendPreResponseHandler((_request, response) =>
      Effect.succeed(HttpServerResponse.setHeader(response, "www-authenticate", scheme))
    ),
    Effect.suspend(() => new Unauthorized({ message }))
  )
