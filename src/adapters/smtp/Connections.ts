/** The connections of a listener: how many each machine has, how long each may take, and how they end. */
import type { Socket } from "node:net"
import { performance } from "node:perf_hooks"
import type { SMTPServer } from "smtp-server"
import { expanded } from "../../domain/account/Network.ts"
import { makeCrowd } from "./Crowd.ts"
import * as Patience from "./Patience.ts"
import { type SmtpRefusal, tooSlow } from "./SmtpRefusal.ts"

export interface Options {
  /** At once, of one machine; any number unless given. */
  readonly maxFromAddress?: number
  /** With who brings no message. */
  readonly patience?: Patience.Patience
}

/** Where the other side of a connection is. */
export interface Side {
  readonly remoteAddress?: string | undefined
  readonly remotePort?: number | undefined
}

export interface Connections {
  readonly isCrowd: (address: string) => boolean
  readonly waitOf: (side: Side) => Patience.Waiting | undefined
  /** Answers whether there was such a connection. */
  readonly hangUp: (side: Side, because: SmtpRefusal) => boolean
  /** Whatever is left, without a word. */
  readonly destroy: () => void
}

/** RFC 2920 §3.2: commands that came together are answered in one write. */
const answerTogether = (socket: Socket): void => {
  const send = (): void => socket.uncork()
  socket.prependListener("data", () => {
    socket.cork()
    process.nextTick(send)
  })
}

const nameOf = ({ remoteAddress = "", remotePort = 0 }: Side): string => `${expanded(remoteAddress)} ${remotePort}`

export const follow = (server: SMTPServer, options: Options): Connections => {
  const sockets = new Set<Socket>()
  const waits = new Map<string, Patience.Waiting>()
  const crowd = makeCrowd(options.maxFromAddress)

  const hangUp: Connections["hangUp"] = (side, { code, message }) => {
    const name = nameOf(side)
    for (const connection of server.connections) {
      if (nameOf(connection) !== name) continue
      connection.send(code, message)
      connection.close()
      return true
    }
    return false
  }

  server.server.on("connection", (socket: Socket) => {
    const side = { remoteAddress: socket.remoteAddress, remotePort: socket.remotePort }
    const name = nameOf(side)
    const wait = Patience.begin(options.patience ?? Patience.USUAL, performance.now())
    const leave = crowd.enter(socket.remoteAddress)
    sockets.add(socket)
    waits.set(name, wait)
    answerTogether(socket)
    const look = (): void => {
      const left = wait.left(performance.now())
      if (left > 0) timer = setTimeout(look, left).unref()
      // Of whom there is no connection yet: it has not even begun TLS.
      else if (!hangUp(side, tooSlow())) socket.destroy()
    }
    let timer = setTimeout(look, wait.left(performance.now())).unref()
    socket.once("close", () => {
      clearTimeout(timer)
      sockets.delete(socket)
      if (waits.get(name) === wait) waits.delete(name)
      leave()
    })
  })

  return {
    isCrowd: crowd.isTooLarge,
    waitOf: (side) => waits.get(nameOf(side)),
    hangUp,
    destroy: () => {
      for (const socket of sockets) socket.destroy()
    }
  }
}
