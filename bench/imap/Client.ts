/**
 * An IMAP client that does as little as can be done: it counts octets and knows the end of an answer by its last line.
 * The same for every server; what it costs is in every figure.
 */
import { Effect } from "effect"
import * as net from "node:net"
import { BenchError } from "../BenchError.ts"

export interface Endpoint {
  readonly host: string
  readonly port: number
}

export interface Reply {
  readonly octets: number
  /** All of it, where it was to be kept; else the end of it. */
  readonly text: () => string
}

export interface Client {
  /** Answers when the tagged OK is there; anything else is an error. */
  command(text: string, keeps?: boolean): Effect.Effect<Reply, BenchError>
  append(mailbox: string, message: Uint8Array): Effect.Effect<Reply, BenchError>
  /** All at once, without waiting for answers in between (RFC 3501 §5.5). */
  appendPipelined(mailbox: string, messages: ReadonlyArray<Uint8Array>): Effect.Effect<void, BenchError>
  /** One command (RFC 3502). */
  appendMany(mailbox: string, messages: ReadonlyArray<Uint8Array>): Effect.Effect<Reply, BenchError>
  /** Until the untagged response, which may come at any time from now on; begin with `idle`. */
  readonly heard: (response: string) => Effect.Effect<void, BenchError>
  readonly idle: Effect.Effect<void, BenchError>
  readonly done: Effect.Effect<Reply, BenchError>
}

const LF = 10
/** Of the last line: the tag and the status. */
const HEAD = 16
const CRLF = Buffer.from("\r\n")

interface Waiting {
  readonly isEnd: (head: string, chunk: Buffer) => boolean
  readonly answer: (result: Effect.Effect<Reply, BenchError>) => void
  readonly keeps: boolean
  octets: number
  chunks: Array<Buffer>
}

const reply = ({ chunks, octets }: Waiting): Reply => ({ octets, text: () => Buffer.concat(chunks).toString("latin1") })

/** The stream's current last line, as far as its head, however the network cuts it. */
const makeLastLine = () => {
  let head: Buffer = Buffer.alloc(0)
  let isWhole = true
  return (chunk: Buffer): string | undefined => {
    const endsLine = chunk.at(-1) === LF
    const lf = chunk.length < 2 ? -1 : chunk.lastIndexOf(LF, chunk.length - (endsLine ? 2 : 1))
    if (lf >= 0) head = chunk.subarray(lf + 1, lf + 1 + HEAD)
    else head = isWhole ? chunk.subarray(0, HEAD) : Buffer.concat([head, chunk]).subarray(0, HEAD)
    isWhole = endsLine
    return endsLine ? head.toString("latin1") : undefined
  }
}

const open = (endpoint: Endpoint) =>
  Effect.acquireRelease(
    Effect.callback<net.Socket, BenchError>((resume) => {
      const socket = net.connect(endpoint)
      socket.setNoDelay(true)
      socket.once("connect", () => resume(Effect.succeed(socket)))
      socket.once("error", (error) => resume(Effect.fail(new BenchError({ reason: error.message }))))
      return Effect.sync(() => socket.destroy())
    }),
    (socket) => Effect.sync(() => socket.destroy())
  )

/** Answers after the greeting. The connection closes with the scope. */
export const connect = Effect.fnUntraced(function*(endpoint: Endpoint) {
  const socket = yield* open(endpoint)
  const lastLine = makeLastLine()
  let waiting: Waiting | undefined
  let tags = 0

  const settle = (result: Effect.Effect<Reply, BenchError>) => {
    const { answer } = waiting ?? {}
    waiting = undefined
    answer?.(result)
  }
  socket.on("data", (chunk: Buffer) => {
    const head = lastLine(chunk)
    if (waiting === undefined) return
    waiting.octets += chunk.length
    if (waiting.keeps) waiting.chunks.push(chunk)
    else waiting.chunks[0] = chunk
    if (head !== undefined && waiting.isEnd(head, chunk)) settle(Effect.succeed(reply(waiting)))
  })
  for (const event of ["error", "close"] as const) {
    socket.on(event, () => settle(Effect.fail(new BenchError({ reason: "The server closed the connection" }))))
  }

  const exchange = (
    pieces: ReadonlyArray<Uint8Array | string>,
    isEnd: Waiting["isEnd"],
    keeps = false
  ): Effect.Effect<Reply, BenchError> =>
    Effect.callback<Reply, BenchError>((resume) => {
      waiting = { isEnd, keeps, answer: resume, octets: 0, chunks: [] }
      socket.cork()
      for (const piece of pieces) socket.write(piece)
      socket.uncork()
    })

  const nextTag = (): string => `zq${++tags}`

  const tagged = (
    tag: string,
    pieces: ReadonlyArray<Uint8Array | string>,
    keeps?: boolean
  ): Effect.Effect<Reply, BenchError> => {
    let status = ""
    return exchange(pieces, (head) => head.startsWith(`${tag} `) && (status = head.slice(tag.length + 1)) !== "", keeps)
      .pipe(
        Effect.filterOrFail(
          () => status.startsWith("OK"),
          (answer) => new BenchError({ reason: `The server answered: ${answer.text().slice(-500).trim()}` })
        )
      )
  }

  const command = (text: string, keeps?: boolean) =>
    Effect.suspend(() => {
      const tag = nextTag()
      return tagged(tag, [`${tag} ${text}\r\n`], keeps)
    })

  const appending = (mailbox: string, message: Uint8Array): ReadonlyArray<Uint8Array | string> => [
    ` APPEND ${mailbox} {${message.length}+}\r\n`,
    message,
    CRLF
  ]

  const client: Client = {
    command,
    append: (mailbox, message) =>
      Effect.suspend(() => {
        const tag = nextTag()
        return tagged(tag, [tag, ...appending(mailbox, message)])
      }),
    appendPipelined: (mailbox, messages) =>
      Effect.suspend(() => {
        let tag = ""
        const pieces = messages.flatMap((message) => [tag = nextTag(), ...appending(mailbox, message)])
        return Effect.flatMap(tagged(tag, pieces, true), (answers) => {
          const taken = answers.text().match(/^zq\d+ OK /gm)?.length ?? 0
          return taken === messages.length
            ? Effect.void
            : new BenchError({ reason: `Of ${messages.length} messages the server took ${taken}` })
        })
      }),
    appendMany: (mailbox, messages) =>
      Effect.suspend(() => {
        const tag = nextTag()
        const literals = messages.flatMap((message) => [` {${message.length}+}\r\n`, message])
        return tagged(tag, [`${tag} APPEND ${mailbox}`, ...literals, CRLF])
      }),
    heard: (response) => Effect.asVoid(exchange([], (_, chunk) => chunk.includes(response))),
    idle: Effect.suspend(() => Effect.asVoid(exchange([`${nextTag()} IDLE\r\n`], (head) => head.startsWith("+ ")))),
    done: Effect.suspend(() => tagged(`zq${tags}`, ["DONE\r\n"]))
  }
  yield* exchange([], (head) => head.startsWith("* "))
  return client
})

export const capabilities = (client: Client): Effect.Effect<ReadonlySet<string>, BenchError> =>
  Effect.map(
    client.command("CAPABILITY", true),
    ({ text }) => new Set(/^\* CAPABILITY (.*)\r$/m.exec(text())?.[1]?.split(" "))
  )
