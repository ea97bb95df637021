/** The provider's submission (RFC 6409): clients hand over mail, logged in with their session token as the password. */
import { Duration, type Effect, type Scope } from "effect"
import type { ListenError } from "../../ports/ListenError.ts"
import type { Bound, ListenOptions } from "./SmtpListener.ts"
import { listen, type SubmittingHandlers } from "./Submitting.ts"

/** A token has 256 bits: guessing is hopeless, the delay only spares the store. */
const LOGIN_DELAY = Duration.millis(100)

export const serveSubmission = <A extends { readonly address: string }, E, R>(
  options: ListenOptions & { readonly loginDelay?: Duration.Duration },
  handlers: SubmittingHandlers<A, E, R>
): Effect.Effect<Bound, ListenError, R | Scope.Scope> =>
  listen({ isBearer: true, ...options }, options.loginDelay ?? LOGIN_DELAY, handlers)
