/** The other end of the TCP listener: what it sends as it is, read only as fast as it is asked to. */
import { Effect } from "effect"
import { connect as connectTo } from "node:net"

export const connect = (port: number) =>
  Effect.gen(function*() {
    const socket = yield* Effect.acquireRelease(
      Effect.sync(() => connectTo(port, "127.0.0.1")),
      (socket) => Effect.sync(() => socket.destroy())
    )
    let unread = ""
    let isOver = false
    let changed = () => {}
    socket.setEncoding("latin1")
    socket.on("error", () => {})
    socket.on("close", () => {
      isOver = true
      changed()
    })
    socket.on("data", (text) => {
      unread += String(text)
      changed()
    })

    /** The next line; undefined where the connection was closed. */
    const line = Effect.callback<string | undefined>((resume) => {
      const look = () => {
        const end = unread.indexOf("\r\n")
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
  })
