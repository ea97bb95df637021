/** Mailboxes as rows need them: filled once, or made and gone again with the scope. */
import { Effect } from "effect"
import * as Client from "./Client.ts"
import * as Mail from "./Mail.ts"
import type { Mailbox, Sizes, Subject } from "./Row.ts"
import * as Server from "./Server.ts"

/** Enough that no server waits for the client. */
const AT_ONCE = 200

/** The first message of each is another one. */
const FIRST: Readonly<Record<Mailbox, number>> = { Main: 0, Big: 100_000 }

export const sizeOf = (sizes: Sizes, mailbox: Mailbox): number => mailbox === "Main" ? sizes.messages : sizes.big

const existing = (client: Client.Client, mailbox: string) =>
  client.command(`STATUS ${mailbox} (MESSAGES)`, true).pipe(
    Effect.map(({ text }) => Number(/MESSAGES (\d+)/.exec(text())?.[1] ?? 0)),
    // There is none.
    Effect.catch(() => Effect.succeed(undefined))
  )

export const append = Effect.fnUntraced(function*(
  client: Client.Client,
  mailbox: string,
  count: number,
  message: (index: number) => Uint8Array
) {
  for (let from = 0; from < count; from += AT_ONCE) {
    const length = Math.min(AT_ONCE, count - from)
    yield* client.appendPipelined(mailbox, Array.from({ length }, (_, index) => message(from + index)))
  }
})

/** Fills the mailbox unless it is already; then the server begins anew, and rests. */
export const fill = Effect.fnUntraced(function*(server: Server.Server, sizes: Sizes, mailbox: Mailbox) {
  const size = sizeOf(sizes, mailbox)
  const isFilled = yield* Effect.scoped(Effect.gen(function*() {
    const client = yield* Server.login(server)
    const found = yield* existing(client, mailbox)
    if (found === size) return true
    if (found !== undefined) yield* client.command(`DELETE ${mailbox}`)
    yield* client.command(`CREATE ${mailbox}`)
    yield* append(client, mailbox, size, (index) => Mail.message(FIRST[mailbox] + index))
    return false
  }))
  if (isFilled) return
  yield* server.rest
  yield* server.stop
  yield* server.start
})

/** An empty mailbox of its own for one sample. */
export const scratch = Effect.fnUntraced(function*(client: Client.Client) {
  const name = "Scratch"
  if ((yield* existing(client, name)) !== undefined) yield* client.command(`DELETE ${name}`)
  yield* client.command(`CREATE ${name}`)
  return name
})

/** A logged-in client with the mailbox selected. */
export const selected = Effect.fnUntraced(function*({ server }: Pick<Subject, "server">, mailbox: string) {
  const client = yield* Server.login(server)
  yield* client.command(`SELECT ${mailbox}`)
  return client
})
