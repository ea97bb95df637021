/** What is answered where no handler of an API comes to speak, in the form of the errors that handlers answer. */
import { HttpRouter, HttpServerResponse } from "effect/http"

export const refuse = (status: number, _tag: string, message: string): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.jsonUnsafe({ _tag, message }, { status })

/** Every path that no API has. */
export const layerNotFound = HttpRouter.add("*", "/*", refuse(404, "NotFound", "There is no such call."))
