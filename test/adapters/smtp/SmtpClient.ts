/** The other side of the listeners in tests: nodemailer's connection, and a raw socket for what it would not send. */
import { Effect } from "effect"
import { createConnection } from "node:net"
import { createTransport } from "nodemailer"

export interface SendOptions {
  readonly port: number
  readonly from: string
  readonly to: ReadonlyArray<string>
  readonly raw: string | Uint8Array
  readonly lmtp?: boolean
  readonly auth?: { readonly user: string; readonly pass: string; readonly method?: "PLAIN" | "LOGIN" }
}

export interface SmtpFailure {
  readonly responseCode: number
  readonly response: string
}

/** Fails with the server's reply. */
export const send = (options: SendOptions) =>
  Effect.tryPromise({
    try: () =>
      createTransport({
        host: "127.0.0.1",
        port: options.port,
        lmtp: options.lmtp === true,
        ...options.auth === undefined
          ? {}
          : { auth: { user: options.auth.user, pass: options.auth.pass }, authMethod: options.auth.method ?? "PLAIN" }
      }).sendMail({
        envelope: { from: options.from, to: [...options.to] },
        raw: typeof options.raw === "string" ? options.raw : Buffer.from(options.raw)
      }),
    catch: (error) => error as SmtpFailure
  })

/** Sends each line after the reply to the one before; answers the replies, greeting first. */
export const talk = (port: number, lines: ReadonlyArray<string>) =>
  Effect.callback<ReadonlyArray<string>>((resume) => {
    const replies: Array<string> = []
    const rest = [...lines]
    let buffer = ""
    const socket = createConnection({ host: "127.0.0.1", port })
    socket.setEncoding("latin1")
    socket.on("data", (text) => {
      buffer += text
      for (let end = buffer.indexOf("\r\n"); end >= 0; end = buffer.indexOf("\r\n")) {
        const line = buffer.slice(0, end)
        buffer = buffer.slice(end + 2)
        if (line[3] === "-") continue
        replies.push(line)
        const next = rest.shift()
        if (next === undefined) socket.end()
        else socket.write(`${next}\r\n`, "latin1")
      }
    })
    socket.on("error", () => socket.destroy())
    socket.on("close", () => resume(Effect.succeed(replies)))
    return Effect.sync(() => socket.destroy())
  })

/** Sends all at once after the greeting, and answers what came back, write by write, until `isEnough` or the end. */
export const burst = (port: number, octets: string, isEnough: (text: string) => boolean) =>
  Effect.callback<ReadonlyArray<string>>((resume) => {
    const chunks: Array<string> = []
    const socket = createConnection({ host: "127.0.0.1", port })
    socket.setEncoding("latin1")
    socket.once("data", () => {
      socket.on("data", (text) => {
        chunks.push(String(text))
        if (isEnough(chunks.join(""))) socket.destroy()
      })
      socket.write(octets, "latin1")
    })
    socket.on("error", () => socket.destroy())
    socket.on("close", () => resume(Effect.succeed(chunks)))
    return Effect.sync(() => socket.destroy())
  })
