/** The other end of the TCP listener: what it sends as it is, read only as fast as it is asked to. */
import { Effect } from "effect"
import { connect as connectTo, type Socket } from "node:net"
import { connect as connectSecurely } from "node:tls"

const NAME = "mail.test"

/** Done with the handshake, or closed: whoever reads next will see. */
const secured = (options: { readonly port: number } | { readonly socket: Socket }, ca: string) =>
  Effect.callback<Socket>((resume) => {
    const socket = connectSecurely({ ...options, ca, servername: NAME })
    const answer = () => resume(Effect.succeed(socket))
    socket.once("secureConnect", answer)
    socket.once("close", answer)
    socket.on("error", () => {})
  })

const over = (socket: Socket) => {
  let unread = ""
  /** There is no end of a line before it. */
  let searched = 0
  let isOver = socket.destroyed
  let changed = () => {}
  const onData = (text: string | Uint8Array) => {
    unread += String(text)
    changed()
  }
  socket.setEncoding("latin1")
  socket.on("error", () => {})
  socket.on("close", () => {
    isOver = true
    changed()
  })
  socket.on("data", onData)

  /** The next line; undefined where the connection was closed. */
  const line = Effect.callback<string | undefined>((resume) => {
    const look = () => {
      const end = unread.indexOf("\r\n", searched)
      searched = end < 0 ? Math.max(0, unread.length - 1) : 0
      if (end < 0 && !isOver) return
      changed = () => {}
      const found = end < 0 ? undefined : unread.slice(0, end)
      unread = unread.slice(end < 0 ? unread.length : end + 2)
      resume(Effect.succeed(found))
    }
    changed = look
    look()
  })

  return {
    line,
    send: (text: string) => Effect.sync(() => void socket.write(text, "latin1")),
    pause: Effect.sync(() => void socket.pause()),
    resume: Effect.sync(() => void socket.resume()),
    reset: Effect.sync(() => void socket.resetAndDestroy()),
    /** Speaks TLS from here on. */
    secure: (ca: string) =>
      Effect.suspend(() => {
        socket.off("data", onData)
        return Effect.map(secured({ socket }, ca), over)
      }),
    /** Sends a command `t` and answers the lines up to its reply. */
    ask: Effect.fnUntraced(function*(command: string) {
      yield* Effect.sync(() => socket.write(`t ${command}\r\n`, "latin1"))
      const lines: Array<string> = []
      for (;;) {
        const next = yield* line
        if (next === undefined) return lines
        lines.push(next)
        if (next.startsWith("t ")) return lines
      }
    })
  }
}

const closing = (open: Effect.Effect<Socket>) =>
  Effect.map(Effect.acquireRelease(open, (socket) => Effect.sync(() => socket.destroy())), over)

export const connect = (port: number) => closing(Effect.sync(() => connectTo(port, "127.0.0.1")))

export const connectTls = (port: number, ca: string) => closing(secured({ port }, ca))
