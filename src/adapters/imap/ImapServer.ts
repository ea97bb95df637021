/** The IMAP door: a TCP listener, one fiber a client, no more clients at once than there is memory for. */
import * as NodeSocket from "@effect/platform-node/NodeSocket"
import * as NodeSocketServer from "@effect/platform-node/NodeSocketServer"
import { Array, Duration, Effect, Option, SubscriptionRef } from "effect"
import type { Socket } from "effect/socket"
import { isLoopback } from "../../domain/account/Loopback.ts"
import { ListenError } from "../../ports/ListenError.ts"
import type { Tls } from "../../ports/Tls.ts"
import { type Connection, ConnectionEnded } from "./Connection.ts"
import { LOGIN_PATIENCE, MAX_CLIENTS } from "./Limits.ts"
import * as Logins from "./Logins.ts"
import { run } from "./Session.ts"
import * as Trace from "./Trace.ts"

interface Door {
  readonly host: string
  /** 0 = any free port; the answer says which. */
  readonly port: number
  /** The variable a person sets to move the port. */
  readonly setting?: string
}

export interface ListenOptions extends Door {
  readonly maxClients?: number
  /** For STARTTLS. Without it no address is listened on that another machine reaches. */
  readonly tls?: Tls | undefined
  /** With `tls`: another door, at which TLS is spoken from the first octet on (RFC 8314). */
  readonly implicit?: Omit<Door, "host">
  /** Logs what happens, without secrets and mail. */
  readonly isTraced?: boolean
  /** Which clients are on this machine: passwords may come in the clear from them, and compression is of no use to them. */
  readonly isLocal?: (address: string) => boolean
}

export interface Bound {
  readonly host: string
  readonly port: number
  /** Of the door with implicit TLS. */
  readonly implicitPort: number | undefined
}

const GOODBYE_PATIENCE = Duration.millis(200)

const ended = (error: Socket.SocketError): ConnectionEnded => new ConnectionEnded({ reason: error.message })

const encoder = new TextEncoder()
const bye = (text: string): Uint8Array => encoder.encode(`* BYE [UNAVAILABLE] ${text}\r\n`)

const octets = (chunk: Uint8Array | string): Uint8Array => typeof chunk === "string" ? encoder.encode(chunk) : chunk

const greetedLate = new ConnectionEnded({ reason: "The client did not greet in TLS" })

interface Offer {
  readonly tls: Tls | undefined
  readonly isImplicit: boolean
  readonly isLocal: (address: string) => boolean
}

const connect = Effect.fnUntraced(function*(socket: Socket.Socket, { isImplicit, isLocal, tls }: Offer) {
  // The server gives it to every handler, though its type does not say so.
  const net = Option.getOrUndefined(yield* Effect.serviceOption(NodeSocket.NetSocket))
  // Answers are written whole: waiting for more would only delay them.
  net?.setNoDelay(true)
  const reader = yield* socket.reader
  const writer = yield* socket.writer
  const waiting = Array.empty<Uint8Array>()
  const pull = Effect.mapError(reader.pull, ended)
  const startTls = tls === undefined
    ? undefined
    : Effect.suspend(() => {
      waiting.length = 0
      return Effect.mapError(reader.upgrade(SubscriptionRef.getUnsafe(tls)), ended)
    })
  if (isImplicit && startTls !== undefined) {
    yield* Effect.timeoutOrElse(startTls, { duration: LOGIN_PATIENCE, orElse: () => greetedLate })
  }
  const isHere = isLocal(net?.remoteAddress ?? "")
  const connection: Connection = {
    isPrivate: isImplicit || isHere,
    isLocal: isHere,
    startTls: isImplicit ? undefined : startTls,
    read: Effect.suspend(() => {
      const next = waiting.shift()
      if (next !== undefined) return Effect.succeed(next)
      return Effect.map(pull, (chunks) => {
        const [first, ...rest] = chunks.map(octets)
        waiting.push(...rest)
        return first ?? new Uint8Array(0)
      })
    }),
    write: (pieces) =>
      Array.isReadonlyArrayNonEmpty(pieces) ? Effect.mapError(writer.writeAll(pieces), ended) : Effect.void
  }
  const say = (text: string) => writer.write(bye(text)).pipe(Effect.timeout(GOODBYE_PATIENCE), Effect.ignore)
  return { connection, say }
})

const listenError = ({ host, port, setting }: Door) => (error: { readonly cause?: unknown }): ListenError => {
  const { cause } = error
  const code = cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : String(cause)
  return new ListenError({ host, port, setting, code })
}

/** Listens until the scope closes; then every client hears BYE. */
export const serve = Effect.fn("ImapServer.serve")(function*(options: ListenOptions) {
  const { host, implicit, isLocal = isLoopback, isTraced = false, maxClients = MAX_CLIENTS, port, setting, tls } =
    options
  if (tls === undefined && !isLoopback(host)) {
    return yield* new ListenError({ host, port, setting, code: "NEEDS_TLS" })
  }
  const logins = yield* Logins.make
  let clients = 0
  let connections = 0
  const session = (isImplicit: boolean) =>
    Effect.fnUntraced(
      function*(socket: Socket.Socket) {
        // Said in the clear at either door: a handshake would cost more than the answer is worth.
        const isFull = ++clients > maxClients
        const { connection, say } = yield* connect(socket, { tls, isImplicit: isImplicit && !isFull, isLocal })
        if (isFull) return yield* say("Too many clients at once; try again later")
        const trace = isTraced ? Trace.make(connection, ++connections) : undefined
        yield* Effect.onInterrupt(run(connection, logins, trace), () => say("leap-mail is stopping"))
      },
      Effect.ensuring(Effect.sync(() => clients--)),
      Effect.scoped,
      Effect.catch((error) => Effect.logDebug("An IMAP client is gone", error.message))
    )
  const listen = Effect.fnUntraced(function*(door: Door, isImplicit: boolean) {
    const server = yield* Effect.mapError(
      NodeSocketServer.make({ host: door.host, port: door.port }),
      listenError(door)
    )
    yield* Effect.forkScoped(server.run(session(isImplicit)))
    const { address } = server
    return address._tag === "UnixPathAddress" ? door.port : address.port
  })
  const bound: Bound = {
    host,
    port: yield* listen(options, false),
    implicitPort: implicit === undefined || tls === undefined ? undefined : yield* listen({ host, ...implicit }, true)
  }
  return bound
})
