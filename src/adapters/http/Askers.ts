/** How often one machine may ask the directory: whoever tries one name after the other is slow. */
import { Effect, Option } from "effect"
import { HttpServerRequest } from "effect/http"
import { isLoopback } from "../../domain/account/Loopback.ts"
import { networkOf } from "../../domain/account/Network.ts"
import { type Rate, RateLimits } from "../../ports/RateLimits.ts"

const RATE: Rate = { limit: 300, window: "1 minute" }

/** Behind a proxy on this machine it is the last address that the proxy added; what stands before it may be invented. */
const askerOf = ({ headers, remoteAddress }: HttpServerRequest.HttpServerRequest): string => {
  const direct = Option.getOrElse(remoteAddress, () => "")
  const forwarded = headers["x-forwarded-for"]?.split(",").at(-1)?.trim()
  return networkOf(
    forwarded !== undefined && forwarded !== "" && isLoopback(direct) ? forwarded.slice(0, 64) : direct
  )
}

/** Counts the call. */
export const mayAsk = Effect.flatMap(
  HttpServerRequest.HttpServerRequest,
  (request) => Effect.flatMap(RateLimits, ({ take }) => take("directory", askerOf(request), RATE))
)
