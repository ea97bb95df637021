/** The world beyond the provider: a mail server that takes everything and keeps it for the test to see. */
import { Effect, Queue } from "effect"
import { SMTPServer } from "smtp-server"

export interface OutsideMail {
  readonly from: string
  readonly to: ReadonlyArray<string>
  readonly bytes: Uint8Array
}

export const listen = Effect.gen(function*() {
  const mail = yield* Queue.unbounded<OutsideMail>()
  const server = yield* Effect.acquireRelease(
    Effect.sync(() =>
      new SMTPServer({
        disabledCommands: ["AUTH", "STARTTLS"],
        logger: false,
        onData: (stream, { envelope }, callback) => {
          const chunks: Array<Uint8Array> = []
          stream.on("data", (chunk: Uint8Array) => chunks.push(chunk))
          stream.on("end", () => {
            Queue.offerUnsafe(mail, {
              from: envelope.mailFrom === false ? "" : envelope.mailFrom.address,
              to: envelope.rcptTo.map(({ address }) => address),
              bytes: Buffer.concat(chunks)
            })
            callback()
          })
        }
      })
    ),
    (server) => Effect.callback<void>((resume) => server.close(() => resume(Effect.void)))
  )
  const port = yield* Effect.callback<number>((resume) => {
    const listening = server.listen(0, "127.0.0.1", () => {
      const address = listening.address()
      resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 0))
    })
  })
  return { endpoint: `127.0.0.1:${port}`, next: Queue.take(mail) }
})
