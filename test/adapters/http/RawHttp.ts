/** HTTP as an attacker writes it: octets on a socket, and what came back. */
import { Effect } from "effect"
import * as net from "node:net"

export interface RawAnswer {
  readonly status: number
  readonly headers: string
  readonly body: string
}

const parse = (text: string): RawAnswer => {
  const end = text.indexOf("\r\n\r\n")
  const headers = end < 0 ? text : text.slice(0, end)
  return { status: Number(headers.split(" ", 2)[1]), headers, body: end < 0 ? "" : text.slice(end + 4) }
}

/** Writes `octets`, reads until the server closes or `isEnough`. */
export const exchange = (
  url: string,
  octets: string,
  isEnough: (text: string) => boolean = () => false
): Effect.Effect<RawAnswer> =>
  Effect.callback((resume) => {
    const { hostname, port } = new URL(url)
    const socket = net.connect(Number(port), hostname.replace(/^\[|\]$/g, ""))
    let text = ""
    const finish = (): void => {
      resume(Effect.succeed(parse(text)))
      socket.destroy()
    }
    socket.setEncoding("latin1")
    socket.on("data", (chunk) => {
      text += String(chunk)
      if (isEnough(text)) finish()
    })
    socket.on("close", finish)
    // A server that refuses a body may reset the connection while it is still being sent.
    socket.on("error", finish)
    socket.write(octets, "latin1")
    return Effect.sync(() => socket.destroy())
  })

export interface RawCall {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** One request whose path goes out as it is. */
export const call = (url: string, path: string, { body = "", headers = {}, method = "GET" }: RawCall = {}) => {
  const all: Record<string, string> = {
    host: new URL(url).host,
    connection: "close",
    ...(body === "" ? {} : { "content-length": String(body.length), "content-type": "application/json" }),
    ...headers
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return exchange(url, `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`)
}
