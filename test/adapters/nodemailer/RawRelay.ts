/** A relay that says what it is told to, over TLS after STARTTLS, and writes down what comes in which piece. */
import { Effect, Redacted } from "effect"
import { createServer, type Socket } from "node:net"
import { TLSSocket, type TLSSocketOptions } from "node:tls"
import type { Identity } from "../../../src/ports/Tls.ts"
import * as Loopback from "../../Loopback.ts"

interface Options {
  readonly identity?: Identity
  readonly tls?: TLSSocketOptions
  readonly extensions?: ReadonlyArray<string>
}

const END = /\r\n\.\r\n$/

const replyTo = (command: string): string => {
  if (command.startsWith("AUTH")) return "235 2.7.0 Welcome\r\n"
  if (command.startsWith("STARTTLS")) return "502 5.5.1 There is no TLS\r\n"
  if (command.startsWith("DATA")) return "354 Go on\r\n"
  if (command.startsWith("QUIT")) return "221 Bye\r\n"
  return "250 2.0.0 Done\r\n"
}

export const make = Effect.fnUntraced(function*({ extensions = [], identity, tls = {} }: Options) {
  /** In the order in which they came, each as it came: several lines that were sent at once are one. */
  const heard: Array<string> = []
  const greet = (socket: Socket, isSecure: boolean): void => {
    let body: string | undefined
    const hello = [
      "relay.test",
      "AUTH PLAIN",
      ...extensions,
      ...identity === undefined || isSecure ? [] : ["STARTTLS"]
    ]
    const onData = (chunk: Buffer): void => {
      const text = chunk.toString("latin1")
      heard.push(text)
      if (body !== undefined) {
        body += text
        if (!END.test(body)) return
        body = undefined
        return void socket.write("250 2.0.0 Taken\r\n")
      }
      for (const line of text.split("\r\n").slice(0, -1)) {
        if (line.startsWith("EHLO")) {
          socket.write(hello.map((word, at) => `250${at === hello.length - 1 ? " " : "-"}${word}\r\n`).join(""))
        } else if (line === "STARTTLS" && identity !== undefined) {
          socket.off("data", onData)
          socket.write("220 Go on\r\n")
          const secure = new TLSSocket(socket, {
            isServer: true,
            key: Redacted.value(identity.key),
            cert: identity.cert,
            ...tls
          })
          secure.on("error", () => socket.destroy())
          return greet(secure, true)
        } else socket.write(replyTo(line))
        if (line === "DATA") body = ""
      }
    }
    socket.on("data", onData)
    socket.on("error", () => {})
  }
  const port = yield* Loopback.listen(() =>
    createServer((socket) => {
      socket.write("220 relay.test\r\n")
      greet(socket, false)
    })
  )
  return { port, heard }
})
