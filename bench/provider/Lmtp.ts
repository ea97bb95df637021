/** A mail server with a full queue (RFC 2033): over each connection one message after another, its commands in one write. */
import { Effect } from "effect"
import { connect } from "node:net"
import { BenchError } from "../BenchError.ts"
import { DOMAIN } from "./Letter.ts"

export interface Delivery {
  readonly port: number
  readonly letter: string
  readonly count: number
  readonly connections: number
}

/** Answered lines but for those of a multi-line reply that is not over. */
const repliesIn = (text: string): number => text.match(/^\d{3} .*\r\n/gm)?.length ?? 0

const talk = (port: number, messages: ReadonlyArray<string>) =>
  Effect.callback<void, BenchError>((resume) => {
    const socket = connect(port, "127.0.0.1").setNoDelay().setEncoding("latin1")
    const rest = [`LHLO bench\r\n`, ...messages]
    let text = ""
    // The greeting is one, so is LHLO's; MAIL, RCPT, DATA and the message have four.
    let awaited = 1
    socket.on("data", (chunk) => {
      text += String(chunk)
      if (/^[45]\d\d /m.test(text)) {
        socket.destroy()
        return resume(new BenchError({ reason: `LMTP: ${text.slice(0, 300)}` }))
      }
      if (repliesIn(text) < awaited) return
      text = ""
      const next = rest.shift()
      if (next === undefined) {
        socket.end("QUIT\r\n")
        return resume(Effect.void)
      }
      awaited = next.startsWith("LHLO") ? 1 : 4
      socket.write(next, "latin1")
    })
    socket.on("error", (error) => resume(new BenchError({ reason: error.message })))
    return Effect.sync(() => socket.destroy())
  })

/** Milliseconds until the last one was answered for. */
export const deliver = Effect.fnUntraced(function*({ connections, count, letter, port }: Delivery) {
  const message = (index: number): string =>
    `MAIL FROM:<friend@elsewhere.test>\r\nRCPT TO:<user${index % 20}@${DOMAIN}>\r\nDATA\r\n${letter}.\r\n`
  const shares = Array.from(
    { length: connections },
    (_, one) =>
      Array.from({ length: Math.ceil((count - one) / connections) }, (_, index) => message(one + index * connections))
  )
  const start = performance.now()
  yield* Effect.forEach(shares, (share) => talk(port, share), { concurrency: connections, discard: true })
  return performance.now() - start
})
