/** What passes between two doors of the house, as somebody on the line sees it. */
import { Effect } from "effect"
import { connect, createServer, type Socket } from "node:net"
import type { Endpoint } from "../../src/apps/Settings.ts"

/** Listens on a port of its own and hands everything on, both ways. */
export const tap = Effect.fnUntraced(function*(target: Endpoint) {
  const heard: Array<Uint8Array> = []
  const sockets = new Set<Socket>()
  const join = (from: Socket, to: Socket): void => {
    sockets.add(from)
    from.on("data", (chunk: Uint8Array) => heard.push(chunk)).on("error", () => to.destroy()).pipe(to)
  }
  const server = yield* Effect.acquireRelease(
    Effect.sync(() =>
      createServer((client) => {
        const there = connect(target.port, target.host)
        join(client, there)
        join(there, client)
      })
    ),
    (server) =>
      Effect.sync(() => {
        server.close()
        for (const socket of sockets) socket.destroy()
      })
  )
  const endpoint = yield* Effect.callback<Endpoint>((resume) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      resume(Effect.succeed({ host: "127.0.0.1", port }))
    })
  })
  return { endpoint, heard: Effect.sync(() => Buffer.concat(heard)) }
})
