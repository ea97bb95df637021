/** A mailbox as imapflow shows it, and the wait for what comes into it. */
import { Effect, Queue } from "effect"
import { ImapFlow } from "imapflow"
import type { Ready } from "./Program.ts"

export interface Mail {
  readonly uid: number
  readonly flags: ReadonlySet<string>
  readonly bytes: Uint8Array
}

export interface Login {
  readonly address: string
  readonly password: string
}

export const connect = ({ host, port }: Ready["imap"], { address, password }: Login) =>
  Effect.acquireRelease(
    Effect.tryPromise(async () => {
      const client = new ImapFlow({ host, port, secure: false, auth: { user: address, pass: password }, logger: false })
      // A connection that the program was killed under: whoever still needs it sees that its calls fail.
      client.on("error", () => {})
      await client.connect()
      return client
    }),
    (client) => Effect.sync(() => client.close())
  )

export const messages = (client: ImapFlow) =>
  Effect.tryPromise(async (): Promise<ReadonlyArray<Mail>> => {
    if (client.mailbox === false || client.mailbox.exists === 0) return []
    const all = await client.fetchAll("1:*", { uid: true, flags: true, source: true })
    return all.map(({ flags = new Set(), source = Buffer.alloc(0), uid }) => ({ uid, flags, bytes: source }))
  })

export const open = Effect.fnUntraced(function*(imap: Ready["imap"], login: Login, mailbox = "INBOX") {
  const client = yield* connect(imap, login)
  const news = yield* Queue.sliding<void>(1)
  const wake = () => void Queue.offerUnsafe(news, undefined)
  client.on("exists", wake).on("flags", wake).on("expunge", wake)
  yield* Effect.tryPromise(() => client.mailboxOpen(mailbox))
  return {
    client,
    messages: messages(client),
    /** Answers as soon as the server tells something that makes it true; idles meanwhile. */
    until: Effect.fnUntraced(function*(isThere: (mail: ReadonlyArray<Mail>) => boolean) {
      for (;;) {
        const mail = yield* messages(client)
        if (isThere(mail)) return mail
        yield* Effect.raceFirst(Queue.take(news), idle(client))
      }
    })
  }
})

/** Ends only with an error: news come as events. */
const idle = (client: ImapFlow) => Effect.andThen(Effect.tryPromise(() => client.idle()), Effect.never)
