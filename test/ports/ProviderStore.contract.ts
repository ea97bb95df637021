/** What every ProviderStore answers. */
import { assert, layer } from "@effect/vitest"
import { Effect, Fiber, type Layer, Stream } from "effect"
import { Address } from "../../src/domain/account/Address.ts"
import { ProviderStore } from "../../src/ports/ProviderStore.ts"

const bytes = (...values: Array<number>): Uint8Array => Uint8Array.from(values)

let people = 0
/** An account of one's own for each test: the store is shared. */
const newcomer = Effect.gen(function*() {
  const store = yield* ProviderStore
  const address = Address.make(`p${++people}@leap.test`)
  return yield* store.createAccount({ address, registration: "record", wrappedRoot: bytes(1, 2) })
})

export const providerStoreContract = <E>(name: string, implementation: Layer.Layer<ProviderStore, E>) =>
  layer(implementation)(`ProviderStore: ${name}`, (it) => {
    it.effect("keeps an account under its canonical address, once", () =>
      Effect.gen(function*() {
        const store = yield* ProviderStore
        const made = yield* store.createAccount({
          address: Address.make("Ann+x@leap.test"),
          registration: "record",
          wrappedRoot: bytes(9)
        })
        assert.strictEqual(made.address, "ann@leap.test")
        assert.deepStrictEqual(yield* store.findAccount(Address.make("ANN@leap.test")), made)
        assert.isUndefined(yield* store.findAccount(Address.make("nobody@leap.test")))
        const again = yield* Effect.flip(store.createAccount({ ...made, address: Address.make("ann@leap.test") }))
        assert.strictEqual(again._tag, "AccountTaken")
      }))

    it.effect("knows a session until it expires", () =>
      Effect.gen(function*() {
        const store = yield* ProviderStore
        const account = yield* newcomer
        const hash = new Uint8Array(32).fill(account.id)
        yield* store.addSession(account.id, hash, "laptop", 1000)
        assert.deepStrictEqual(yield* store.findSession(hash, 999), account)
        assert.isUndefined(yield* store.findSession(hash, 1000))
        assert.isUndefined(yield* store.findSession(bytes(1), 0))
      }))

    it.effect("publishes certificates, the newest counts", () =>
      Effect.gen(function*() {
        const store = yield* ProviderStore
        const account = yield* newcomer
        assert.isUndefined(yield* store.certificate(account.address))
        yield* store.publish(account.id, bytes(1))
        yield* store.publish(account.id, bytes(2, 3))
        assert.deepStrictEqual(yield* store.certificate(account.address), bytes(2, 3))
      }))

    it.effect("queues incoming mail, oldest first, each account its own", () =>
      Effect.gen(function*() {
        const store = yield* ProviderStore
        const [mine, other] = [yield* newcomer, yield* newcomer]
        const first = yield* store.enqueue(mine.id, bytes(1), 10)
        const second = yield* store.enqueue(mine.id, bytes(2, 2), 5)
        assert.deepStrictEqual(yield* store.incoming(mine.id, 10), [first, second])
        assert.deepStrictEqual(yield* store.incoming(mine.id, 1), [first])
        assert.deepStrictEqual(second, { id: second.id, arrivedAt: 5, size: 2 })
        assert.deepStrictEqual(yield* store.fetchIncoming(mine.id, second.id), bytes(2, 2))
        assert.isUndefined(yield* store.fetchIncoming(other.id, second.id))
        yield* store.acknowledge(other.id, [second.id])
        yield* store.acknowledge(mine.id, [first.id, first.id, "unknown"])
        assert.deepStrictEqual(yield* store.incoming(mine.id, 10), [second])
        assert.isUndefined(yield* store.fetchIncoming(mine.id, first.id))
      }))

    it.effect("keeps accounts' documents and blobs apart", () =>
      Effect.gen(function*() {
        const store = yield* ProviderStore
        const [mine, other] = [yield* newcomer, yield* newcomer]
        yield* store.push(mine.id, "b", [{ id: "d", parent: 0, sealed: bytes(1) }])
        yield* store.putBlob(mine.id, "x", bytes(1))
        assert.deepStrictEqual(yield* store.pull(other.id, 0, 10), { documents: [], generation: 0 })
        assert.isUndefined(yield* store.getBlob(other.id, "x"))
        const outcomes = yield* store.push(other.id, "b", [{ id: "d", parent: 0, sealed: bytes(2) }])
        assert.deepStrictEqual(outcomes, [{ _tag: "Accepted", id: "d", generation: 1 }])
      }))

    it.effect("tells the feeds", () =>
      Effect.gen(function*() {
        const store = yield* ProviderStore
        const account = yield* newcomer
        yield* store.push(account.id, "1", [{ id: "d", parent: 0, sealed: bytes(1) }])
        yield* store.enqueue(account.id, bytes(1), 1)
        assert.deepStrictEqual(yield* Stream.runCollect(Stream.take(store.feed(account.id), 2)), [
          { _tag: "Generation", generation: 1 },
          { _tag: "Incoming" }
        ])
      }))

    it.effect("tells a later change while a feed is open", () =>
      Effect.gen(function*() {
        const store = yield* ProviderStore
        const account = yield* newcomer
        const seen: Array<number> = []
        const listening = yield* store.feed(account.id).pipe(
          Stream.takeUntil((event) => event._tag === "Incoming"),
          Stream.runForEach((event) =>
            Effect.gen(function*() {
              if (event._tag === "Incoming") return
              seen.push(event.generation)
              if (event.generation === 0) {
                yield* store.push(account.id, "1", [{ id: "d", parent: 0, sealed: undefined }])
              } else yield* store.enqueue(account.id, bytes(1), 1)
            })
          ),
          Effect.forkChild
        )
        yield* Fiber.join(listening)
        assert.deepStrictEqual(seen, [0, 1])
      }))

    it.effect("keeps mail for elsewhere until it is removed", () =>
      Effect.gen(function*() {
        const store = yield* ProviderStore
        const mail = { from: "a@leap.test", to: ["b@else.test", "c@else.test"], bytes: bytes(1, 2) }
        const late = yield* store.enqueueOutbound({ ...mail, offeredAt: 200 })
        const soon = yield* store.enqueueOutbound({ ...mail, offeredAt: 100 })
        assert.deepStrictEqual(yield* store.dueOutbound(99, 10), [])
        assert.deepStrictEqual(yield* store.dueOutbound(200, 1), [{ ...mail, offeredAt: 100, id: soon, attempts: 0 }])
        yield* store.postponeOutbound(soon, 300, ["c@else.test"])
        yield* store.removeOutbound(late)
        assert.deepStrictEqual(yield* store.dueOutbound(299, 10), [])
        assert.deepStrictEqual(yield* store.dueOutbound(300, 10), [
          { ...mail, offeredAt: 100, to: ["c@else.test"], id: soon, attempts: 1 }
        ])
        yield* store.removeOutbound(soon)
      }))

    it.effect("makes a secret once", () =>
      Effect.gen(function*() {
        const store = yield* ProviderStore
        assert.strictEqual(yield* store.secret("setup", Effect.succeed("one")), "one")
        assert.strictEqual(yield* store.secret("setup", Effect.succeed("two")), "one")
        assert.strictEqual(yield* store.secret("other", Effect.succeed("two")), "two")
      }))
  })
