/** A Node HTTP server for one API, on one address, for as long as the scope is open. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Context, Duration, Effect, Layer, SubscriptionRef } from "effect"
import { HttpServer } from "effect/http"
import { createServer, type Server } from "node:http"
import { createServer as createTlsServer } from "node:https"
import { ListenError } from "../../ports/ListenError.ts"
import { following, secretsOf, type Tls } from "../../ports/Tls.ts"
import { MAX_CONNECTIONS } from "./Limits.ts"

export interface ListenOptions {
  readonly host: string
  /** 0 = any free port; the answer says which. */
  readonly port: number
  /** The variable a person sets to move the port. */
  readonly setting?: string
  /** At once. */
  readonly maxConnections?: number
  /** Makes it HTTPS. */
  readonly tls?: Tls | undefined
}

export interface Bound {
  readonly host: string
  readonly port: number
}

/** RFC 9112 §3: method, target and fields of a request, in octets and in seconds. */
const MAX_HEADER_BYTES = 16 * 1024
const HEADERS_TIMEOUT = Duration.seconds(20)
const REQUEST_TIMEOUT = Duration.minutes(5)
const GRACE = Duration.seconds(1)

const OPTIONS = {
  maxHeaderSize: MAX_HEADER_BYTES,
  headersTimeout: Duration.toMillis(HEADERS_TIMEOUT),
  requestTimeout: Duration.toMillis(REQUEST_TIMEOUT)
}

const makeServer = Effect.fnUntraced(function*(tls: Tls | undefined) {
  if (tls === undefined) return createServer(OPTIONS)
  const server = createTlsServer({ ...OPTIONS, ...secretsOf(SubscriptionRef.getUnsafe(tls)) })
  yield* following(tls, (identity) => server.setSecureContext(secretsOf(identity)))
  return server
})

const codeOf = (cause: unknown): string =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : String(cause)

/** `routes` as HttpRouter.serve makes them. */
export const listen = Effect.fn("Listen.listen")(function*<R>(
  { host, maxConnections = MAX_CONNECTIONS, port, setting, tls }: ListenOptions,
  routes: Layer.Layer<never, never, R>
) {
  const server: Server = yield* makeServer(tls)
  server.maxConnections = maxConnections
  const context = yield* Layer.build(
    Layer.provideMerge(
      routes,
      NodeHttpServer.layer(() => server, { host, port, gracefulShutdownTimeout: GRACE })
    )
  ).pipe(
    Effect.catchTag(
      "ServeError",
      ({ cause }) => Effect.fail(new ListenError({ host, port, setting, code: codeOf(cause) }))
    )
  )
  const { address } = Context.get(context, HttpServer.HttpServer)
  const bound: Bound = { host, port: address._tag === "UnixPathAddress" ? port : address.port }
  return bound
})
