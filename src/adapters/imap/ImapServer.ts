/** The IMAP door: a TCP listener, one fiber a client, no more clients at once than there is memory for. */
import * as NodeSocket from "@effect/platform-node/NodeSocket"
import * as NodeSocketServer from "@effect/platform-node/NodeSocketServer"
import { Array, Duration, Effect, Option, Semaphore } from "effect"
import { Socket } from "effect/socket"
import { ListenError } from "../../ports/ListenError.ts"
import { type Connection, ConnectionEnded } from "./Connection.ts"
import { MAX_CLIENTS } from "./Limits.ts"
import { run } from "./Session.ts"

export interface ListenOptions {
  readonly host: string
  /** 0 = any free port; the answer says which. */
  readonly port: number
  /** The variable a person sets to move the port. */
  readonly setting?: string
  readonly maxClients?: number
}

export interface Bound {
  readonly host: string
  readonly port: number
}

/** A check holds one core and much memory. */
const PASSWORD_CHECKS = 2
const GOODBYE_PATIENCE = Duration.millis(200)

const LOOPBACK = /^(::1|(::ffff:)?127(\.\d{1,3}){3})$/

const ended = (error: Socket.SocketError): ConnectionEnded => new ConnectionEnded({ reason: error.message })

const encoder = new TextEncoder()
const bye = (text: string): Uint8Array => encoder.encode(`* BYE ${text}\r\n`)

const octets = (chunk: Uint8Array | string): Uint8Array => typeof chunk === "string" ? encoder.encode(chunk) : chunk

const connect = Effect.fnUntraced(function*(socket: Socket.Socket) {
  // The server gives it to every handler, though its type does not say so.
  const net = Option.getOrUndefined(yield* Effect.serviceOption(NodeSocket.NetSocket))
  // Answers are written whole: waiting for more would only delay them.
  net?.setNoDelay(true)
  const reader = yield* socket.reader
  const writer = yield* socket.writer
  const waiting = Array.empty<Uint8Array>()
  const pull = Effect.mapError(reader.pull, ended)
  const connection: Connection = {
    isPrivate: LOOPBACK.test(net?.remoteAddress ?? ""),
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

const listenError = ({ host, port, setting }: ListenOptions) => (error: { readonly cause?: unknown }): ListenError => {
  const { cause } = error
  const code = cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : String(cause)
  return new ListenError({ host, port, setting, code })
}

/** Listens until the scope closes; then every client hears BYE. */
export const serve = Effect.fn("ImapServer.serve")(function*(options: ListenOptions) {
  const { host, maxClients = MAX_CLIENTS, port } = options
  const passwordChecks = yield* Semaphore.make(PASSWORD_CHECKS)
  const server = yield* Effect.mapError(NodeSocketServer.make({ host, port }), listenError(options))
  let clients = 0
  const session = Effect.fnUntraced(function*(socket: Socket.Socket) {
    const { connection, say } = yield* connect(socket)
    if (clients >= maxClients) return yield* say("Too many clients at once; try again later")
    clients++
    yield* run(connection, passwordChecks).pipe(
      Effect.onInterrupt(() => say("leap-mail is stopping")),
      Effect.ensuring(Effect.sync(() => clients--))
    )
  }, Effect.scoped)
  yield* Effect.forkScoped(server.run(session))
  const { address } = server
  const bound: Bound = { host, port: address._tag === "UnixPathAddress" ? port : address.port }
  return bound
})
