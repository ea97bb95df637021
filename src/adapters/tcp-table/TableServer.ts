/** A table for Postfix (tcp_table(5)) on a TCP port of this machine. */
import * as NodeSocketServer from "@effect/platform-node/NodeSocketServer"
import { Effect, Result } from "effect"
import type { Socket } from "effect/socket"
import { ListenError } from "../../ports/ListenError.ts"
import { type Answer, decodeRequest, encodeAnswer, MAX_LINE } from "./Protocol.ts"

export interface ListenOptions {
  readonly host: string
  /** 0 = any free port; the answer says which. */
  readonly port: number
  /** The variable a person sets to move the port. */
  readonly setting?: string
}

const MAX_CLIENTS = 200
/** Postfix keeps a connection for its own idle time, a hundred seconds. */
const IDLE = "10 minutes"

const codeOf = (cause: unknown): string =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : String(cause)

/** A look-up that fails is logged and answered so that Postfix defers the mail. */
export const serve = Effect.fn("TableServer.serve")(function*<E, R>(
  { host, port, setting }: ListenOptions,
  lookUp: (key: string) => Effect.Effect<Answer, E, R>
) {
  const server = yield* NodeSocketServer.make({ host, port }).pipe(
    Effect.mapError(({ cause }) => new ListenError({ host, port, setting, code: codeOf(cause) }))
  )
  const settled = (key: string) =>
    lookUp(key).pipe(
      Effect.catchCause((cause) =>
        Effect.as(Effect.logError("A look-up for Postfix failed", cause), { _tag: "Failed" } as const)
      )
    )
  let clients = 0

  const talk = Effect.fnUntraced(function*(socket: Socket.Socket) {
    const reader = yield* socket.reader
    const writer = yield* socket.writer
    const decoder = new TextDecoder()
    let rest = ""
    for (;;) {
      for (const chunk of yield* Effect.timeout(reader.pull, IDLE)) {
        rest += typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true })
      }
      const lines = rest.split("\n")
      rest = lines.pop() ?? ""
      for (const line of lines) {
        const key = decodeRequest(line.replace(/\r$/, ""))
        const isReadable = line.length <= MAX_LINE && Result.isSuccess(key)
        yield* writer.write(encodeAnswer(isReadable ? yield* settled(key.success) : { _tag: "Failed" }))
      }
      if (rest.length > MAX_LINE) return
    }
  }, Effect.scoped)

  yield* Effect.forkScoped(server.run((socket) =>
    Effect.suspend(() => {
      if (clients >= MAX_CLIENTS) return Effect.void
      clients++
      // Its end is Postfix's affair: it comes again for the next mail.
      return Effect.ensuring(Effect.ignore(talk(socket)), Effect.sync(() => clients--))
    })
  ))
  const { address } = server
  return { host, port: address._tag === "UnixPathAddress" ? port : address.port }
})
