/** Two devices of one account, each in a home of its own, that know of each other through the provider only. */
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import type { ImapFlow } from "imapflow"
import { createHash } from "node:crypto"
import * as KeepContents from "../../src/domain/mailbox/KeepContents.ts"
import { send } from "../adapters/smtp/SmtpClient.ts"
import { withAttachment } from "../domain/message/Attached.ts"
import { write } from "../e2e/Letter.ts"
import { connect, messages } from "../e2e/MailReader.ts"
import { eventually } from "../Eventually.ts"
import { makeFolder, makeProvider, openDevice, PASSWORD, platform } from "./House.ts"

class Provider extends Context.Service<Provider, Effect.Success<typeof makeProvider>>()(
  "leap-mail/test/apps/Provider"
) {}

const attempt = <A>(call: () => Promise<A>) => Effect.tryPromise(call)

/** Another device renamed it since it was listed. */
const isRenamed = ({ cause }: Error): boolean =>
  cause instanceof Error && "mailboxMissing" in cause && cause.mailboxMissing === true

/** All that a mail program shows, but for uids, which are each device's own. */
const show = Effect.fnUntraced(function*(client: ImapFlow) {
  const list = yield* attempt(() => client.list())
  return yield* Effect.forEach(
    list.toSorted((a, b) => a.path < b.path ? -1 : 1),
    Effect.fnUntraced(function*({ path, specialUse, subscribed }) {
      yield* attempt(() => client.mailboxOpen(path, { readOnly: true }))
      const mail = yield* messages(client)
      const shown = mail.map(({ bytes, flags }) => ({
        sha256: createHash("sha256").update(bytes).digest("hex"),
        flags: [...flags].filter((flag) => flag !== "\\Recent").toSorted()
      }))
      return {
        path,
        specialUse,
        subscribed,
        messages: shown.toSorted((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)
      }
    })
  )
})
type Shown = Effect.Success<ReturnType<typeof show>>

const isEqual = (a: Shown, b: Shown): boolean => JSON.stringify(a) === JSON.stringify(b)

type Device = Effect.Success<ReturnType<typeof openDevice>>

const read = Effect.fnUntraced(function*(device: Device) {
  const client = yield* connect(device.imap, device.login)
  const now = Effect.retry(show(client), { times: 2, while: isRenamed })
  return {
    client,
    now,
    until: (isSo: (shown: Shown) => boolean) => eventually(device.store, now, isSo)
  }
})

const countIn = (shown: Shown, path: string): number =>
  shown.find((mailbox) => mailbox.path === path)?.messages.length ?? -1

const provider = Layer.effect(Provider, makeProvider).pipe(Layer.provideMerge(platform))

layer(provider, { excludeTestServices: true, timeout: "30 seconds" })("devices of one account", (it) => {
  it.effect("a second, empty one shows the same, and changes go both ways", () =>
    Effect.gen(function*() {
      const endpoints = yield* Provider
      const first = yield* read(yield* openDevice(endpoints, yield* makeFolder, "anna"))
      for (const door of ["lmtp", "mx"] as const) {
        const { bytes } = yield* write("friend@elsewhere.test", "anna@leap.test")
        const { port } = endpoints[door]
        yield* send({ port, lmtp: door === "lmtp", from: "friend@elsewhere.test", to: ["anna@leap.test"], raw: bytes })
      }
      yield* first.until((shown) => countIn(shown, "INBOX") === 2)
      yield* attempt(async () => {
        await first.client.mailboxCreate("Über Berge/Täler")
        await first.client.mailboxUnsubscribe("Über Berge/Täler")
        await first.client.append("Sent", "Subject: no body\n\nbare line feeds\n", ["\\Seen", "$Label1"])
        await first.client.mailboxOpen("INBOX")
        await first.client.messageFlagsAdd("1", ["\\Flagged", "keyword"])
        await first.client.messageCopy("2", "Über Berge/Täler")
      })

      const secondDevice = yield* openDevice(endpoints, yield* makeFolder, "anna")
      const second = yield* read(secondDevice)
      const before = yield* first.now
      assert.deepStrictEqual([countIn(before, "INBOX"), countIn(before, "Über Berge/Täler"), countIn(before, "Sent")], [
        2,
        1,
        1
      ])
      yield* second.until((shown) => isEqual(shown, before))

      yield* attempt(async () => {
        await second.client.mailboxOpen("INBOX")
        await second.client.messageFlagsSet("1", ["\\Answered"])
        await second.client.messageMove("2", "Trash")
        await second.client.mailboxRename("Über Berge", "Täler")
        await second.client.append("Drafts", "Subject: from the second\r\n\r\n", ["\\Draft"])
      })
      const after = yield* second.now
      assert.deepStrictEqual([countIn(after, "INBOX"), countIn(after, "Trash"), countIn(after, "Täler/Täler")], [
        1,
        1,
        1
      ])
      yield* first.until((shown) => isEqual(shown, after))

      // Whichever takes it from the queue: both have it, once.
      const { bytes } = yield* write("friend@elsewhere.test", "anna@leap.test")
      yield* send({ port: endpoints.mx.port, from: "friend@elsewhere.test", to: ["anna@leap.test"], raw: bytes })
      const arrived = yield* second.until((shown) => countIn(shown, "INBOX") === 2)
      yield* first.until((shown) => isEqual(shown, arrived))
    }))

  it.effect("a mailbox with contents on demand shows its text at once, its attachments when they are read", () =>
    Effect.gen(function*() {
      const endpoints = yield* Provider
      const first = yield* openDevice(endpoints, yield* makeFolder, "dora")
      const raw = withAttachment("a file", "pdf ")
      const folder = yield* makeFolder
      yield* Effect.scoped(Effect.gen(function*() {
        const { store } = yield* openDevice(endpoints, folder, "dora")
        const { id } = yield* store.mailbox("Archive")
        yield* store.setMetadata(id, [[KeepContents.ENTRY, new TextEncoder().encode("on-demand 0")]])
        const archive = yield* first.store.mailbox("Archive")
        const message = { bytes: new TextEncoder().encode(raw), flags: [], internalDate: 0 }
        yield* first.store.append(archive.id, [message])
        yield* eventually(store, store.mailbox("Archive"), ({ exists }) => exists === 1)
      }))
      const offline = yield* openDevice(endpoints, folder, "dora", PASSWORD, true)
      const away = yield* connect(offline.imap, offline.login)
      yield* attempt(() => away.mailboxOpen("Archive"))
      const text = yield* attempt(() => away.fetchOne("1", { bodyParts: ["1"] }))
      assert.strictEqual(
        text === false ? undefined : text.bodyParts?.get("1")?.toString(),
        "see the attachment of a file"
      )
      const error = yield* Effect.flip(attempt(() => away.fetchOne("1", { source: true })))
      assert.include(JSON.stringify(error.cause), "UNAVAILABLE")
      assert.include(JSON.stringify(error.cause), "not on this device")
      const again = yield* openDevice(endpoints, folder, "dora")
      const client = yield* connect(again.imap, again.login)
      yield* attempt(() => client.mailboxOpen("Archive"))
      const [mail] = yield* messages(client)
      assert.strictEqual(mail?.bytes.toString(), raw)
    }))

  it.effect("the second has the account's keys: it reads what is encrypted to them, and signs with them", () =>
    Effect.gen(function*() {
      const endpoints = yield* Provider
      yield* openDevice(endpoints, yield* makeFolder, "carl")
      const second = yield* openDevice(endpoints, yield* makeFolder, "carl")
      const { bytes } = yield* write("carl@leap.test", "carl@leap.test")
      const auth = { user: "carl@leap.test", pass: PASSWORD }
      yield* send({ port: second.smtp.port, from: "carl@leap.test", to: ["carl@leap.test"], raw: bytes, auth })
      const reader = yield* read(second)
      yield* reader.until((shown) => countIn(shown, "INBOX") === 1)
      const [mail] = yield* attempt(() => reader.client.mailboxOpen("INBOX")).pipe(
        Effect.andThen(messages(reader.client))
      )
      const text = new TextDecoder().decode(mail?.bytes)
      assert.include(text, "X-Leap-Encryption: decrypted")
      assert.include(text, "X-Leap-Signature: valid")
    }))
})
