/** A balancer as a site has one before its nodes: each connection goes to the first node that answers. */
import { Effect } from "effect"
import { connect, createServer, type Socket } from "node:net"
import type { Endpoint } from "../../src/apps/Settings.ts"

export const balance = Effect.fnUntraced(function*(nodes: ReadonlyArray<Endpoint>) {
  const sockets = new Set<Socket>()
  const pipe = (client: Socket, [node, ...others]: ReadonlyArray<Endpoint>): void => {
    if (node === undefined) return void client.destroy()
    let isAnswered = false
    const there = connect(node.port, node.host, () => {
      isAnswered = true
      client.pipe(there).pipe(client)
    })
    sockets.add(there)
    const end = (): void => {
      sockets.delete(there)
      if (isAnswered || client.destroyed) client.destroy()
      else pipe(client, others)
    }
    there.on("error", () => {}).on("close", end)
    client.on("close", () => there.destroy())
  }
  const server = yield* Effect.acquireRelease(
    Effect.sync(() =>
      createServer((client) => {
        sockets.add(client)
        client.on("error", () => {}).on("close", () => sockets.delete(client))
        pipe(client, nodes)
      })
    ),
    (server) =>
      Effect.sync(() => {
        server.close()
        for (const socket of sockets) socket.destroy()
      })
  )
  return yield* Effect.callback<Endpoint>((resume) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      resume(Effect.succeed({ host: "127.0.0.1", port }))
    })
  })
})
