/** A line protocol as it is on the wire: what is written, and what the server says by itself. */
import { Effect } from "effect"
import { connect } from "node:net"

export const open = Effect.fnUntraced(function*({ host, port }: { readonly host: string; readonly port: number }) {
  let text = ""
  let isClosed = false
  const socket = yield* Effect.acquireRelease(
    Effect.sync(() => connect(port, host).setEncoding("latin1")),
    (socket) => Effect.sync(() => socket.destroy())
  )
  socket.on("data", (chunk) => text += String(chunk))
  socket.on("error", () => {})
  socket.on("close", () => isClosed = true)
  const when = (isDone: () => boolean) =>
    Effect.callback<string>((resume) => {
      const look = () => {
        if (isDone()) resume(Effect.succeed(text))
        else if (isClosed) resume(Effect.die(new Error(`The connection was closed after ${JSON.stringify(text)}`)))
      }
      socket.on("data", look).on("close", look)
      look()
      return Effect.sync(() => socket.off("data", look).off("close", look))
    })
  const after = (pattern: RegExp, from: number) => when(() => pattern.test(text.slice(from)))
  return {
    /** Answers when the pattern is in what came. */
    until: (pattern: RegExp) => after(pattern, 0),
    /** Writes a line and answers when the pattern is in what came since. */
    say: (line: string, pattern: RegExp) =>
      Effect.suspend(() => {
        const from = text.length
        socket.write(`${line}\r\n`)
        return after(pattern, from)
      }),
    /** All that came until the server closed. */
    closed: when(() => isClosed)
  }
})
