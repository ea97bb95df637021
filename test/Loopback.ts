/** Servers of a test's own, on free ports of this machine, for as long as the scope is open. */
import { Effect, type Scope } from "effect"
import { type AddressInfo, createServer, type Server, type Socket } from "node:net"
import type { Endpoint } from "../src/apps/Settings.ts"

const HOST = "127.0.0.1"

/** Answers the port. */
export const listen = (make: () => Server): Effect.Effect<number, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<Server>((resume) => {
      const server = make()
      server.listen(0, HOST, () => resume(Effect.succeed(server)))
    }),
    (server) => Effect.sync(() => server.close())
  ).pipe(Effect.map((server) => (server.address() as AddressInfo).port))

/** Hands each connection to `take`, which adds to `sockets` what ends with the scope. */
export const accept = Effect.fnUntraced(function*(take: (client: Socket, sockets: Set<Socket>) => void) {
  const sockets = new Set<Socket>()
  const port = yield* listen(() => createServer((client) => take(client, sockets)))
  yield* Effect.addFinalizer(() => Effect.sync(() => sockets.forEach((socket) => socket.destroy())))
  const endpoint: Endpoint = { host: HOST, port }
  return endpoint
})
