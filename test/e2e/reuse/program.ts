/** Another service: the incoming program of leap-mail over a queue of its own. */
import { Effect, Layer, Stream } from "effect"
import * as KeyStoreMemory from "leap-mail/adapters/memory/KeyStoreMemory"
import * as MailStoreMemory from "leap-mail/adapters/memory/MailStoreMemory"
import * as NodeCrypto from "leap-mail/adapters/node-crypto/NodeCrypto"
import * as OpenPgpJs from "leap-mail/adapters/openpgp/OpenPgpJs"
import { Address } from "leap-mail/domain/account/Address"
import { receiveOnce } from "leap-mail/domain/incoming/Incoming"
import { makeMissing } from "leap-mail/domain/keys/OwnKeys"
import { INBOX } from "leap-mail/domain/mailbox/Mailbox"
import * as UidSet from "leap-mail/domain/mailbox/UidSet"
import { IncomingQueue } from "leap-mail/ports/IncomingQueue"
import { KeyDirectory } from "leap-mail/ports/KeyDirectory"
import { MailStore } from "leap-mail/ports/MailStore"
import { OpenPgp } from "leap-mail/ports/OpenPgp"

const letter = new TextEncoder().encode("From: a@example.org\r\nSubject: Reused\r\n\r\nHello.\r\n")

const program = Effect.gen(function*() {
  const pgp = yield* OpenPgp
  const { certificate } = yield* makeMissing(Address.make("ann@example.org"))
  const waiting = new Map([[
    "1",
    yield* pgp.encrypt({ data: letter, recipients: [certificate], signWith: undefined, anonymous: false })
  ]])

  const queue = IncomingQueue.of({
    list: (limit) =>
      Effect.sync(() =>
        Array.from(waiting, ([id, { length }]) => ({ id, arrivedAt: 0, size: length })).slice(0, limit)
      ),
    fetch: (id) => Effect.sync(() => waiting.get(id)),
    acknowledge: (ids) => Effect.sync(() => ids.forEach((id) => waiting.delete(id)))
  })
  const nobody = KeyDirectory.of({ lookup: () => Effect.succeed(undefined), publish: () => Effect.void })
  const { received } = yield* receiveOnce().pipe(
    Effect.provideService(IncomingQueue, queue),
    Effect.provideService(KeyDirectory, nobody)
  )

  const store = yield* MailStore
  const inbox = yield* store.mailbox(INBOX)
  const records = yield* Stream.runCollect(store.fetch(inbox.id, UidSet.all, { envelope: true }))
  console.log(JSON.stringify({ received, left: waiting.size, envelopes: records.map(({ envelope }) => envelope) }))
})

const adapters = Layer.mergeAll(MailStoreMemory.layer, KeyStoreMemory.layer).pipe(
  Layer.provideMerge(Layer.mergeAll(OpenPgpJs.layer, NodeCrypto.layer))
)

await Effect.runPromise(Effect.provide(program, adapters))
