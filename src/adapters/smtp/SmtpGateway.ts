/** The client's door for ordinary mail programs: SMTP on this machine with an app password; 250 = in the outbox. */
import { Duration, Effect, type Scope } from "effect"
import { isLoopback } from "../../domain/account/Loopback.ts"
import { ListenError } from "../../ports/ListenError.ts"
import type { Bound, ListenOptions } from "./SmtpListener.ts"
import { listen, type SubmittingHandlers } from "./Submitting.ts"

/** App passwords may be short enough to guess. */
const LOGIN_DELAY = Duration.millis(500)

export const serveGateway = <A extends { readonly address: string }, E, R>(
  options: ListenOptions & { readonly loginDelay?: Duration.Duration },
  handlers: SubmittingHandlers<A, E, R>
): Effect.Effect<Bound, ListenError, R | Scope.Scope> => {
  const { host, port, setting, tls } = options
  return tls === undefined && !isLoopback(host)
    ? Effect.fail(new ListenError({ host, port, setting, code: "NEEDS_TLS" }))
    : listen(options, options.loginDelay ?? LOGIN_DELAY, handlers)
}
