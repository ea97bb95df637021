/** A balancer as a site has one before its nodes: each connection goes to the first node that answers. */
import { connect } from "node:net"
import type { Endpoint } from "../../src/apps/Settings.ts"
import { accept } from "../Loopback.ts"

export const balance = (nodes: ReadonlyArray<Endpoint>) =>
  accept((client, sockets) => {
    const pipe = ([node, ...others]: ReadonlyArray<Endpoint>): void => {
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
        else pipe(others)
      }
      there.on("error", () => {}).on("close", end)
      client.on("close", () => there.destroy())
    }
    sockets.add(client)
    client.on("error", () => {}).on("close", () => sockets.delete(client))
    pipe(nodes)
  })
