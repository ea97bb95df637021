/** Which failed calls may succeed when they are made again. */
import type { HttpClientError } from "effect/http"

/** RFC 9110 §15: what is answered before any program of ours answers. */
const isPassingStatus = (status: number): boolean => status === 408 || status === 429 || status >= 500

export const isTransient = (failure: { readonly _tag: string }): boolean => {
  switch (failure._tag) {
    case "TooMany":
    case "Unavailable":
      return true
    case "HttpClientError": {
      const { reason } = failure as HttpClientError.HttpClientError
      return "response" in reason && reason._tag !== "DecodeError"
        ? isPassingStatus(reason.response.status)
        : reason._tag === "TransportError" || reason._tag === "DecodeError"
    }
    default:
      return false
  }
}
