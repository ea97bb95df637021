/** A client that nobody here wrote, through a socket. */
import { assert, describe, it } from "@effect/vitest"
import { type Cause, Effect, SubscriptionRef } from "effect"
import { type FetchMessageObject, ImapFlow } from "imapflow"
import { serve } from "../../../src/adapters/imap/ImapServer.ts"
import { make } from "../../../src/adapters/x509/SelfSigned.ts"
import { Accounts } from "../../../src/ports/Accounts.ts"
import type { MailboxNotFound, MailStoreError } from "../../../src/ports/MailStore.ts"
import type { Identity } from "../../../src/ports/Tls.ts"
import { fixture } from "../../domain/message/Fixtures.ts"
import { ADDRESS, makeAccount, PASSWORD } from "../../imap/Account.ts"

const makeClient = Effect.fnUntraced(function*(port: number, pass = PASSWORD) {
  return yield* Effect.acquireRelease(
    Effect.sync(() =>
      new ImapFlow({ host: "127.0.0.1", port, secure: false, auth: { user: ADDRESS, pass }, logger: false })
    ),
    (client) => Effect.sync(() => client.close())
  )
})

const start = Effect.gen(function*() {
  const { accounts, store } = yield* makeAccount("encrypted SQLite")
  const { port } = yield* serve({ host: "127.0.0.1", port: 0 }).pipe(Effect.provideService(Accounts, accounts))
  return { port, store }
})

describe("imapflow from elsewhere", () => {
  it.live("encrypts, compresses, and finds each message as it was", () =>
    Effect.gen(function*() {
      const { accounts } = yield* makeAccount("encrypted SQLite")
      const identity = make(["127.0.0.1"], Date.now())
      const tls = yield* SubscriptionRef.make<Identity>(identity)
      const { port } = yield* serve({ host: "127.0.0.1", port: 0, tls, isLocal: () => false }).pipe(
        Effect.provideService(Accounts, accounts)
      )
      const client = yield* Effect.acquireRelease(
        Effect.sync(() =>
          new ImapFlow({
            host: "127.0.0.1",
            port,
            secure: false,
            doSTARTTLS: true,
            tls: { ca: identity.cert },
            auth: { user: ADDRESS, pass: PASSWORD },
            logger: false
          })
        ),
        (client) => Effect.sync(() => client.close())
      )
      yield* Effect.tryPromise(async () => {
        await client.connect()
        assert.isTrue(client.secureConnection)
        assert.deepInclude(Reflect.get(client, "streamer"), { compress: true })
        await client.mailboxOpen("INBOX")
        const message = Buffer.from(`A: b\r\n\r\n${"all the same ".repeat(20_000)}`)
        for (let at = 0; at < 3; at++) await client.append("INBOX", message)
        for await (const one of client.fetch("1:*", { source: true })) assert.strictEqual(bytes(one), String(message))
        await client.logout()
      })
    }))
})

const told = (client: ImapFlow, event: "exists" | "flags" | "expunge") =>
  Effect.callback<void>((resume) => void client.once(event, () => resume(Effect.void)))

const bytes = (message: FetchMessageObject | false): string =>
  message === false ? "" : message.source?.toString("latin1") ?? ""

describe("imapflow", () => {
  it.live("reads and changes a mailbox", () =>
    Effect.gen(function*() {
      const { port } = yield* start
      const client = yield* makeClient(port)
      yield* Effect.tryPromise(async () => {
        await client.connect()
        const uses = new Map((await client.list()).map(({ path, specialUse }) => [path, specialUse]))
        assert.strictEqual(uses.size, 6)
        for (const name of ["Archive", "Drafts", "Junk", "Sent", "Trash"]) {
          assert.strictEqual(uses.get(name), `\\${name}`)
        }
        await client.mailboxOpen("INBOX")

        const message = Buffer.from(fixture("nested-multipart"))
        const date = new Date("2026-06-01T10:00:00Z")
        const appended = await client.append("INBOX", message, ["\\Seen", "$Forwarded"], date)
        assert.deepInclude(appended, { uid: 1, destination: "INBOX" })
        const found = await client.fetchOne("1", {
          source: true,
          flags: true,
          envelope: true,
          bodyStructure: true,
          internalDate: true,
          size: true
        })
        assert.strictEqual(bytes(found), message.toString("latin1"))
        assert.isTrue(found !== false && found.size === message.length)
        if (found === false) return
        assert.deepStrictEqual([...found.flags ?? []].sort(), ["$Forwarded", "\\Seen"])
        assert.strictEqual(new Date(found.internalDate ?? 0).getTime(), date.getTime())
        assert.match(found.bodyStructure?.type ?? "", /^multipart\//)

        await client.mailboxCreate("Übung/台北")
        assert.deepInclude(await client.messageCopy("1", "Übung/台北"), { destination: "Übung/台北" })
        assert.deepInclude(await client.status("Übung/台北", { messages: true, unseen: true }), {
          messages: 1,
          unseen: 0
        })
        await client.messageFlagsAdd("1", ["\\Flagged"])
        assert.deepStrictEqual(await client.search({ flagged: true }), [1])
        assert.deepStrictEqual(await client.search({ subject: "nothing like it" }), [])
        await client.messageMove("1", "Trash")
        assert.strictEqual(client.mailbox === false ? -1 : client.mailbox.exists, 0)
        await client.mailboxRename("Übung", "Arbeit")
        await client.mailboxDelete("Arbeit/台北")
        await client.logout()
      })
    }))

  it.live("hears of what others do while it idles", () =>
    Effect.gen(function*() {
      const { port, store } = yield* start
      const client = yield* makeClient(port)
      const other = yield* makeClient(port)
      yield* Effect.tryPromise(async () => {
        await client.connect()
        await client.mailboxOpen("INBOX")
        await other.connect()
        await other.mailboxOpen("INBOX")
      })
      yield* Effect.forkChild(Effect.tryPromise(() => client.idle()))
      const change = <A>(
        event: "exists" | "flags" | "expunge",
        by: Effect.Effect<A, MailStoreError | MailboxNotFound | Cause.UnknownError>
      ) => Effect.all([told(client, event), by], { concurrency: "unbounded" })
      const { id } = yield* store.mailbox("INBOX")
      yield* change("exists", store.append(id, [{ bytes: fixture("plain"), flags: [], internalDate: 0 }]))
      yield* Effect.tryPromise(() => other.noop())
      yield* change("flags", Effect.tryPromise(() => other.messageFlagsAdd("1", ["\\Answered"])))
      yield* change("expunge", Effect.tryPromise(() => other.messageDelete("1")))
      yield* Effect.tryPromise(() => client.logout())
    }))

  it.live("is told that its password is wrong", () =>
    Effect.gen(function*() {
      const { port } = yield* start
      const client = yield* makeClient(port, "guess")
      const error = yield* Effect.flip(Effect.tryPromise(() => client.connect()))
      assert.propertyVal(error.cause, "authenticationFailed", true)
      assert.propertyVal(error.cause, "serverResponseCode", "AUTHENTICATIONFAILED")
    }))
})
