import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Fiber, Ref, Stream } from "effect"
import * as OpenPgpWorkers from "../../../src/adapters/openpgp/OpenPgpWorkers.ts"
import { receive, receiveOnce } from "../../../src/domain/incoming/Incoming.ts"
import { parse } from "../../../src/domain/message/Parse.ts"
import { IncomingQueue, IncomingQueueError } from "../../../src/ports/IncomingQueue.ts"
import { MailStore, MailStoreError } from "../../../src/ports/MailStore.ts"
import { OpenPgp } from "../../../src/ports/OpenPgp.ts"
import { Replication, ReplicationError } from "../../../src/ports/Replication.ts"
import { bob, bytesOf, deliverTo, makeDevice, makeProvider, textOf, valuesOf } from "../Correspondents.ts"

const numbered = (number: number): Uint8Array =>
  bytesOf("From: friend@elsewhere.test", `Subject: ${number}`, "", `Number ${number}.`, "")

const subjects = (messages: ReadonlyArray<Uint8Array>): ReadonlyArray<string> =>
  messages.flatMap((message) => valuesOf(message, "Subject"))

const oneDevice = Effect.gen(function*() {
  const provider = yield* makeProvider
  const device = yield* makeDevice(provider, bob)
  return {
    provider,
    device,
    queue: Context.get(device.services, IncomingQueue),
    mail: Context.get(device.services, MailStore),
    deliver: (number: number) => deliverTo(provider, bob, numbered(number)),
    waiting: Effect.map(provider.store.incoming(device.account.id, 1000), (items) => items.length)
  }
})

const offline = new IncomingQueueError({ operation: "acknowledge", transient: true, cause: "the network is gone" })

describe("receiveOnce", () => {
  it.effect("takes more than a batch, oldest first, and leaves nothing at the provider", () =>
    Effect.gen(function*() {
      const { deliver, device, waiting } = yield* oneDevice
      const numbers = Array.from({ length: 40 }, (_, index) => index)
      yield* Effect.forEach(numbers, deliver, { discard: true })
      assert.deepStrictEqual(yield* device.receive, { received: 40, left: 0 })
      assert.deepStrictEqual(subjects(yield* device.inbox), numbers.map(String))
      assert.strictEqual(yield* waiting, 0)
    }).pipe(Effect.scoped))

  it.effect("shows a message once, though it was handed out twice", () =>
    Effect.gen(function*() {
      const { deliver, device, queue, waiting } = yield* oneDevice
      yield* deliver(1)
      // As after a crash between storing and acknowledging.
      const cut = yield* receiveOnce().pipe(
        Effect.provideService(IncomingQueue, { ...queue, acknowledge: () => Effect.fail(offline) }),
        Effect.provideContext(device.services),
        Effect.flip
      )
      assert.strictEqual(cut, offline)
      assert.strictEqual(yield* waiting, 1)
      yield* device.receive
      assert.deepStrictEqual(subjects(yield* device.inbox), ["1"])
      assert.strictEqual(yield* waiting, 0)
    }).pipe(Effect.scoped))

  it.effect("ends, though the provider forgets nothing", () =>
    Effect.gen(function*() {
      const { deliver, device, queue } = yield* oneDevice
      yield* deliver(1)
      const once = receiveOnce().pipe(
        Effect.provideService(IncomingQueue, { ...queue, acknowledge: () => Effect.void }),
        Effect.provideContext(device.services)
      )
      assert.deepStrictEqual(yield* once, { received: 1, left: 0 })
    }).pipe(Effect.scoped))

  it.effect("lets one that cannot be fetched or stored hold up nobody, and comes back to it", () =>
    Effect.gen(function*() {
      const { deliver, device, mail, queue, waiting } = yield* oneDevice
      const [unfetched] = [yield* deliver(1), yield* deliver(2), yield* deliver(3)]
      const stubborn = receiveOnce().pipe(
        Effect.provideService(IncomingQueue, {
          ...queue,
          fetch: (id) => id === unfetched.id ? Effect.fail(offline) : queue.fetch(id)
        }),
        Effect.provideService(MailStore, {
          ...mail,
          append: (mailbox, messages) =>
            messages.some(({ bytes }) => textOf(bytes).includes("Number 2"))
              ? new MailStoreError({ operation: "append", cause: "it trips the store" })
              : mail.append(mailbox, messages)
        }),
        Effect.provideContext(device.services)
      )
      assert.deepStrictEqual(yield* stubborn, { received: 1, left: 2 })
      assert.deepStrictEqual(subjects(yield* device.inbox), ["3"])
      assert.strictEqual(yield* waiting, 2)
      yield* device.receive
      assert.deepStrictEqual(subjects(yield* device.inbox), ["3", "1", "2"])
    }).pipe(Effect.scoped))

  it.effect("delivers what does not open, marked, with its octets", () =>
    Effect.gen(function*() {
      const { deliver, device, provider } = yield* oneDevice
      const rubbish = Uint8Array.of(0xc1, 1, 2, 3)
      yield* provider.store.enqueue(device.account.id, rubbish, 1000)
      yield* deliver(2)
      yield* device.receive
      const [got, next] = yield* device.inbox
      assert.match(valuesOf(got!, "X-Leap-Encryption").join(), /^failed; reason="[^"]+"$/)
      assert.deepStrictEqual(valuesOf(got!, "X-Leap-Signature"), ["none"])
      assert.match(valuesOf(got!, "X-Leap-Provenance").join(), /encrypted-at-arrival="no"/)
      assert.strictEqual(parse(got!).root.parts.at(-1)?.disposition, "attachment")
      assert.include(textOf(got!), "wQECAw==")
      assert.deepStrictEqual(valuesOf(next!, "Subject"), ["2"])
    }).pipe(Effect.scoped))

  it.live("keeps the order of arrival, whatever the sizes; poison has its place in it, marked, and stops nobody", () =>
    Effect.gen(function*() {
      const { device, provider, waiting } = yield* oneDevice
      const pgp = yield* OpenPgp
      const words = "so many words, so many words\r\n"
      const sealed = (number: number, lines: number) =>
        pgp.encrypt({
          data: Buffer.concat([numbered(number), Buffer.from(words.repeat(lines))]),
          recipients: [device.keys.certificate],
          signWith: undefined,
          anonymous: false
        })
      // Opened in turns, or in a thread that finds that it does not open, while the others are opened at once.
      const large = yield* sealed(0, 100_000)
      const changed = (yield* sealed(1, 80_000)).slice()
      changed[changed.length >> 1] = (changed[changed.length >> 1] ?? 0) ^ 1
      const items = [
        large,
        changed,
        yield* sealed(2, 1),
        (yield* sealed(3, 1)).subarray(0, -9),
        new Uint8Array(0),
        yield* sealed(5, 1)
      ]
      yield* Effect.forEach(items, (item, index) => provider.store.enqueue(device.account.id, item, 1000 + index))
      const once = receiveOnce().pipe(Effect.provideService(OpenPgp, pgp), Effect.provideContext(device.services))
      assert.deepStrictEqual(yield* once, { received: items.length, left: 0 })
      const hidden = "A message that does not open"
      const inbox = yield* device.inbox
      assert.deepStrictEqual(subjects(inbox), ["0", hidden, "2", hidden, hidden, "5"])
      for (const [index, message] of inbox.entries()) {
        const isPoison = [1, 3, 4].includes(index)
        assert.match(valuesOf(message, "X-Leap-Encryption").join(), isPoison ? /^failed; / : /^none$/)
      }
      assert.strictEqual(yield* waiting, 0)
    }).pipe(Effect.scoped, Effect.provide(OpenPgpWorkers.layerWith({ threads: 1 }))))

  it.effect("opens with an older key, too", () =>
    Effect.gen(function*() {
      const { deliver, device } = yield* oneDevice
      yield* deliver(1)
      const pgp = Context.get(device.services, OpenPgp)
      const newer = yield* pgp.generate({ name: "", email: bob }, { expiresInSeconds: undefined })
      yield* device.putOwn({
        address: bob,
        certificate: newer.certificate,
        secretKeys: [newer.secretKey, ...device.keys.secretKeys]
      })
      yield* device.receive
      assert.deepStrictEqual(valuesOf((yield* device.inbox)[0]!, "X-Leap-Encryption"), ["none"])
    }).pipe(Effect.scoped))

  it.effect("is patient with a failure of the program itself: the message comes marked", () =>
    Effect.gen(function*() {
      const { deliver, device } = yield* oneDevice
      yield* deliver(1)
      const pgp = Context.get(device.services, OpenPgp)
      const broken = receiveOnce().pipe(
        Effect.provideService(OpenPgp, { ...pgp, decrypt: () => Effect.die(new Error("a bug")) }),
        Effect.provideContext(device.services)
      )
      assert.deepStrictEqual(yield* broken, { received: 1, left: 0 })
      assert.match(valuesOf((yield* device.inbox)[0]!, "X-Leap-Encryption").join(), /^failed; /)
    }).pipe(Effect.scoped))
})

describe("receive", () => {
  it.live("takes what comes as soon as the feed tells, and survives a feed that breaks", () =>
    Effect.gen(function*() {
      const { deliver, device, mail } = yield* oneDevice
      const replication = Context.get(device.services, Replication)
      const isBroken = yield* Ref.make(true)
      const breaking = Stream.unwrap(Effect.map(
        Ref.getAndSet(isBroken, false),
        (broken) =>
          broken
            ? Stream.fail(new ReplicationError({ operation: "feed", transient: true, cause: "the network is gone" }))
            : replication.feed
      ))
      const told = yield* mail.changes.pipe(
        Stream.filter(({ _tag }) => _tag === "Changed"),
        Stream.runHead,
        Effect.forkChild({ startImmediately: true })
      )
      const running = yield* receive.pipe(
        Effect.provideService(Replication, { ...replication, feed: breaking }),
        Effect.provideContext(device.services),
        Effect.forkChild({ startImmediately: true })
      )
      yield* deliver(1)
      yield* Fiber.join(told)
      assert.deepStrictEqual(subjects(yield* device.inbox), ["1"])
      yield* Fiber.interrupt(running)
    }).pipe(Effect.scoped))
})
