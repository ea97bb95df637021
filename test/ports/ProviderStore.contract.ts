/** What every ProviderStore answers. */
import { assert, layer } from "@effect/vitest"
import { Clock, Duration, Effect, Fiber, type Layer, Result, Stream } from "effect"
import { Hex } from "effect/encoding"
import { TestClock } from "effect/testing"
import * as NodeCrypto from "../../src/adapters/node-crypto/NodeCrypto.ts"
import { Address } from "../../src/domain/account/Address.ts"
import { entryBytes, follow, GENESIS } from "../../src/domain/keys/DirectoryLog.ts"
import { Crypto } from "../../src/ports/Crypto.ts"
import type { ProviderStore } from "../../src/ports/ProviderStore.ts"
import { makeAccount, ports } from "./ProviderPorts.ts"

const bytes = (...values: Array<number>): Uint8Array => Uint8Array.from(values)

const certificate = (account: number) => ({
  certificate: bytes(1, account),
  fingerprint: `AB${String(account).padStart(8, "0")}`,
  wkdHash: `hash${account}`,
  mark: String(account).padStart(64, "0")
})

let people = 0
/** An account of one's own for each test: the store is shared. */
const newcomer = Effect.gen(function*() {
  return yield* makeAccount(yield* ports, Address.make(`p${++people}@leap.test`))
})

export const providerStoreContract = <E>(name: string, implementation: Layer.Layer<ProviderStore, E>) =>
  layer(implementation)(`ProviderStore: ${name}`, (it) => {
    it.effect("keeps an account under its canonical address, once", () =>
      Effect.gen(function*() {
        const store = yield* ports
        const made = yield* store.createAccount({
          address: Address.make("Ann+x@leap.test"),
          registration: "record",
          wrappedRoot: bytes(9)
        })
        assert.strictEqual(made.address, "ann@leap.test")
        assert.deepStrictEqual(yield* store.findAccount(Address.make("ANN@leap.test")), made)
        assert.isUndefined(yield* store.findAccount(Address.make("nobody@leap.test")))
        const again = yield* Effect.flip(makeAccount(store, Address.make("ann@leap.test")))
        assert.strictEqual(again._tag, "AccountTaken")
      }))

    it.effect("knows the sessions of an account, until they expire or are revoked", () =>
      Effect.gen(function*() {
        const store = yield* ports
        const [account, other] = [yield* newcomer, yield* newcomer]
        const [laptop, phone] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
        const session = { device: "laptop", createdAt: 10, expiresAt: 1000 }
        yield* store.addSession(account.id, laptop, { ...session, id: "1" })
        yield* store.addSession(account.id, phone, { ...session, id: "2", createdAt: 20, device: "phone" })
        assert.deepStrictEqual(yield* store.findSession(account.id, laptop, 999), {
          account,
          session: { ...session, id: "1", seenAt: 10 }
        })
        assert.isUndefined(yield* store.findSession(account.id, laptop, 1000))
        assert.isUndefined(yield* store.findSession(other.id, laptop, 0))
        assert.isTrue(yield* store.renameSession(account.id, "2", "new phone"))
        assert.isFalse(yield* store.renameSession(other.id, "2", "mine"))
        const named = Effect.map(
          store.listSessions(account.id, 500),
          (list) => list.map(({ device, id }) => [id, device])
        )
        assert.deepStrictEqual(yield* named, [["2", "new phone"], ["1", "laptop"]])
        assert.isFalse(yield* store.revokeSession(other.id, "1"))
        assert.isTrue(yield* store.revokeSession(account.id, "1"))
        assert.isFalse(yield* store.revokeSession(account.id, "1"))
        assert.isUndefined(yield* store.findSession(account.id, laptop, 500))
        assert.deepStrictEqual(yield* named, [["2", "new phone"]])
        yield* store.sweep(1000)
        assert.deepStrictEqual(yield* store.listSessions(account.id, 0), [])
      }))

    it.effect("remembers when a session was seen, to the hour, and lets it live as long after that", () =>
      Effect.gen(function*() {
        const store = yield* ports
        const account = yield* newcomer
        const hash = new Uint8Array(32).fill(3)
        yield* store.addSession(account.id, hash, { id: "1", device: "", createdAt: 0, expiresAt: 1e12 })
        yield* store.findSession(account.id, hash, 7_200_000)
        const [seen] = yield* store.listSessions(account.id, 0)
        assert.deepStrictEqual([seen?.seenAt, seen?.expiresAt], [7_200_000, 1e12 + 7_200_000])
        // A clock that is set back shortens nothing.
        yield* store.findSession(account.id, hash, 0)
        assert.deepStrictEqual(yield* store.listSessions(account.id, 0), seen === undefined ? [] : [seen])
      }))

    it.effect("changes a credential and ends the other sessions in one step", () =>
      Effect.gen(function*() {
        const store = yield* ports
        const account = yield* newcomer
        const hashes = [new Uint8Array(32).fill(4), new Uint8Array(32).fill(5)] as const
        for (const [index, hash] of hashes.entries()) {
          yield* store.addSession(account.id, hash, { id: `${index}`, device: "", createdAt: 0, expiresAt: 1000 })
        }
        const first = yield* store.credential(account.address, "password", 0)
        assert.deepStrictEqual(first, {
          account,
          registration: "record",
          wrappedRoot: bytes(1, 2),
          expiresAt: undefined
        })
        const phrase = { registration: "phrase", wrappedRoot: bytes(3), expiresAt: undefined }
        yield* store.setCredential(account.id, "phrase", phrase, undefined)
        assert.strictEqual((yield* store.listSessions(account.id, 0)).length, 2)
        const changed = { registration: "changed", wrappedRoot: bytes(4, 4), expiresAt: undefined }
        yield* store.setCredential(account.id, "password", changed, "1")
        assert.deepStrictEqual(yield* store.credential(account.address, "password", 0), { ...changed, account })
        assert.deepStrictEqual(yield* store.credential(account.address, "phrase", 0), { ...phrase, account })
        assert.isUndefined(yield* store.findSession(account.id, hashes[0], 0))
        assert.isDefined(yield* store.findSession(account.id, hashes[1], 0))
      }))

    it.effect("keeps a code until it expires or is dropped, and an attempt until it is taken", () =>
      Effect.gen(function*() {
        const store = yield* ports
        const account = yield* newcomer
        const code = { registration: "code", wrappedRoot: bytes(5), expiresAt: 100 }
        yield* store.setCredential(account.id, "code", code, undefined)
        assert.isDefined(yield* store.credential(account.address, "code", 99))
        assert.isUndefined(yield* store.credential(account.address, "code", 100))
        assert.isTrue(yield* store.dropCredential(account.id, "code"))
        assert.isFalse(yield* store.dropCredential(account.id, "code"))
        yield* store.keepAttempt(`a${account.id}`, "state", 100)
        yield* store.keepAttempt(`b${account.id}`, "state", 100)
        assert.strictEqual(yield* store.takeAttempt(`a${account.id}`, 99), "state")
        assert.isUndefined(yield* store.takeAttempt(`a${account.id}`, 99))
        assert.isUndefined(yield* store.takeAttempt(`b${account.id}`, 100))
      }))

    it.effect("lets a disabled account neither in nor be found, and loses nothing of it", () =>
      Effect.gen(function*() {
        const store = yield* ports
        const account = yield* newcomer
        const hash = new Uint8Array(32).fill(6)
        yield* store.addSession(account.id, hash, { id: "1", device: "", createdAt: 0, expiresAt: 1000 })
        yield* store.publish(account.id, certificate(account.id))
        yield* store.setDisabled(account.id, true)
        assert.isUndefined(yield* store.findSession(account.id, hash, 0))
        assert.isUndefined(yield* store.credential(account.address, "password", 0))
        assert.isUndefined(yield* store.certificate(account.address))
        assert.isTrue((yield* store.recipient(account.address))?.isDisabled)
        yield* store.setDisabled(account.id, false)
        assert.isDefined(yield* store.findSession(account.id, hash, 0))
        assert.isDefined(yield* store.certificate(account.address))
      }))

    it.effect("finds who mail is for: by address, alias, catch-all", () =>
      Effect.gen(function*() {
        const store = yield* ports
        const [first, second] = [yield* newcomer, yield* newcomer]
        const to = (address: string) => Effect.map(store.recipient(Address.make(address)), (found) => found?.address)
        yield* store.addAlias(first.id, Address.make("Sales@aliases.test"))
        yield* store.addAlias(first.id, Address.make("sales@aliases.test"))
        yield* store.addAlias(second.id, Address.make("*@aliases.test"))
        assert.strictEqual(yield* to("SALES+news@aliases.test"), first.address)
        assert.strictEqual(yield* to("anything@aliases.test"), second.address)
        assert.isUndefined(yield* to("anything@else.test"))
        assert.deepStrictEqual(yield* store.aliases(first.id), [Address.make("sales@aliases.test")])
        const taken = yield* Effect.flip(store.addAlias(second.id, Address.make("sales@aliases.test")))
        assert.strictEqual(taken._tag, "AccountTaken")
        assert.strictEqual((yield* Effect.flip(store.addAlias(second.id, first.address)))._tag, "AccountTaken")
        const own = yield* Effect.flip(makeAccount(store, Address.make("sales@aliases.test")))
        assert.strictEqual(own._tag, "AccountTaken")
        assert.isFalse(yield* store.removeAlias(second.id, Address.make("sales@aliases.test")))
        assert.isTrue(yield* store.removeAlias(first.id, Address.make("sales@aliases.test")))
        assert.strictEqual(yield* to("sales@aliases.test"), second.address)
      }))

    it.effect("opens an account for an invitation as often as it says", () =>
      Effect.gen(function*() {
        const store = yield* ports
        const open = (address: string, invite?: Uint8Array) =>
          Effect.result(store.createAccount({
            address: Address.make(address),
            registration: "r",
            wrappedRoot: bytes(1),
            ...invite === undefined ? {} : { invite }
          })).pipe(Effect.map((result) => result._tag === "Success" ? "open" : result.failure._tag))
        yield* store.addInvite({ hash: bytes(1, 1), address: undefined, uses: 1, expiresAt: 1 })
        yield* store.addInvite({ hash: bytes(2, 2), address: Address.make("held@invite.test"), uses: 1, expiresAt: 1 })
        assert.strictEqual(yield* open("one@invite.test", bytes(9)), "InviteRefused")
        assert.strictEqual(yield* open("held@invite.test"), "AccountTaken")
        assert.strictEqual(yield* open("held@invite.test", bytes(1, 1)), "AccountTaken")
        assert.strictEqual(yield* open("one@invite.test", bytes(2, 2)), "InviteRefused")
        assert.strictEqual(yield* open("one@invite.test", bytes(1, 1)), "open")
        assert.strictEqual(yield* open("two@invite.test", bytes(1, 1)), "InviteRefused")
        assert.strictEqual(yield* open("held@invite.test", bytes(9)), "InviteRefused")
        // Told twice, because the first code was lost: whichever is found again opens.
        yield* store.addInvite({ hash: bytes(4, 4), address: Address.make("held@invite.test"), uses: 1, expiresAt: 1 })
        assert.strictEqual(yield* open("held@invite.test"), "AccountTaken")
        assert.strictEqual(yield* open("held@invite.test", bytes(2, 2)), "open")
        assert.strictEqual(yield* open("held@invite.test", bytes(4, 4)), "AccountTaken")
        yield* TestClock.adjust(1)
        yield* store.addInvite({ hash: bytes(3, 3), address: undefined, uses: 1, expiresAt: 1 })
        assert.strictEqual(yield* open("three@invite.test", bytes(3, 3)), "InviteRefused")
      }))

    it.effect("removes an account with all that was its, and retires its addresses", () =>
      Effect.gen(function*() {
        const store = yield* ports
        const [account, other] = [yield* newcomer, yield* newcomer]
        for (const { id } of [account, other]) {
          yield* store.addSession(id, new Uint8Array(32).fill(id), {
            id: "1",
            device: "d",
            createdAt: 0,
            expiresAt: 1000
          })
          yield* store.addAlias(id, Address.make(`alias${id}@leap.test`))
          yield* store.publish(id, certificate(id))
          yield* store.enqueue(id, bytes(1), 1)
          yield* store.putBlob(id, "blob", bytes(1))
          yield* store.push(id, "b", [{ id: "d", parent: 0, sealed: bytes(1), blobs: ["blob"] }])
          yield* store.enqueueOutbound({ account: id, from: "", to: ["x@else.test"], bytes: bytes(1), offeredAt: 9e14 })
        }
        const waiting = yield* store.outboundCount
        yield* store.removeAccount(account.id, "0".repeat(64))
        assert.isUndefined(yield* store.findAccount(account.address))
        assert.isUndefined(yield* store.findSession(account.id, new Uint8Array(32).fill(account.id), 0))
        assert.isUndefined(yield* store.recipient(Address.make(`alias${account.id}@leap.test`)))
        assert.isUndefined(yield* store.certificateByFingerprint(certificate(account.id).fingerprint))
        assert.strictEqual(yield* store.outboundCount, waiting - 1)
        const late = [
          store.enqueue(account.id, bytes(1), 1),
          store.push(account.id, "c", []),
          store.putBlob(account.id, "blob", bytes(1)),
          store.putBlobs(account.id, [{ id: "blob", sealed: bytes(1) }]),
          store.publish(account.id, certificate(account.id)),
          store.addSession(account.id, bytes(1), { id: "2", device: "", createdAt: 0, expiresAt: 9e14 }),
          store.setCredential(account.id, "password", {
            registration: "r",
            wrappedRoot: bytes(1),
            expiresAt: undefined
          }, undefined),
          store.enqueueOutbound({
            account: account.id,
            from: "",
            to: ["x@else.test"],
            bytes: bytes(1),
            offeredAt: 9e14
          }),
          store.addAlias(account.id, Address.make("late@leap.test"))
        ]
        for (const call of late) {
          assert.strictEqual(
            (yield* Effect.flip(Effect.asVoid<unknown, { readonly _tag: string }, never>(call)))._tag,
            "ProviderStoreError"
          )
        }
        for (const address of [account.address, Address.make(`alias${account.id}@leap.test`)]) {
          assert.strictEqual((yield* Effect.flip(makeAccount(store, address)))._tag, "AccountTaken")
        }
        assert.strictEqual((yield* store.incoming(other.id, 10)).length, 1)
        assert.deepStrictEqual(yield* store.getBlob(other.id, "blob"), bytes(1))
        assert.isDefined(yield* store.certificate(Address.make(`alias${other.id}@leap.test`)))
      }))

    it.effect("counts what an account has, and holds it to its quota", () =>
      Effect.gen(function*() {
        const store = yield* ports
        const account = yield* newcomer
        const used = Effect.map(store.findAccount(account.address), (found) => found?.used)
        const item = yield* store.enqueue(account.id, new Uint8Array(100), 1)
        yield* store.putBlob(account.id, "b", new Uint8Array(50))
        yield* store.putBlob(account.id, "b", new Uint8Array(50))
        yield* store.push(account.id, "1", [{ id: "d", parent: 0, sealed: new Uint8Array(30) }])
        assert.strictEqual(yield* used, 180)
        yield* store.push(account.id, "2", [{ id: "d", parent: 1, sealed: new Uint8Array(10) }])
        yield* store.push(account.id, "2", [{ id: "d", parent: 1, sealed: new Uint8Array(10) }])
        assert.strictEqual(yield* used, 160)

        yield* store.setQuota(account.id, 200)
        assert.strictEqual((yield* Effect.flip(store.enqueue(account.id, new Uint8Array(41), 1)))._tag, "OverQuota")
        assert.strictEqual((yield* Effect.flip(store.putBlob(account.id, "c", new Uint8Array(41))))._tag, "OverQuota")
        assert.isUndefined(yield* store.getBlob(account.id, "c"))
        yield* store.enqueue(account.id, new Uint8Array(40), 1)
        yield* store.push(account.id, "3", [{ id: "e", parent: 0, sealed: new Uint8Array(20) }])
        const full = yield* Effect.flip(
          store.push(account.id, "4", [{ id: "f", parent: 0, sealed: new Uint8Array(1) }])
        )
        assert.strictEqual(full._tag, "OverQuota")
        yield* store.push(account.id, "5", [{ id: "e", parent: 3, sealed: undefined }])
        yield* store.acknowledge(account.id, [item.id, item.id])
        assert.strictEqual(yield* used, 100)
        yield* store.setQuota(account.id, undefined)
        yield* store.enqueue(account.id, new Uint8Array(1000), 1)
      }))

    it.effect("takes of several blobs those that there is room for, each once", () =>
      Effect.gen(function*() {
        const store = yield* ports
        const { address, id } = yield* newcomer
        yield* store.setQuota(id, 100)
        yield* store.putBlob(id, "there", new Uint8Array(50))
        const blob = (id: string, length: number) => ({ id, sealed: new Uint8Array(length) })
        const offered = [
          blob("there", 50),
          blob("large", 51),
          blob("small", 30),
          blob("small", 30),
          blob("rest", 20),
          blob("more", 1)
        ]
        const outcomes = ["Kept", "Full", "Kept", "Kept", "Kept", "Full"] as const
        assert.deepStrictEqual(yield* store.putBlobs(id, offered), outcomes)
        assert.deepStrictEqual(yield* store.putBlobs(id, offered), outcomes)
        assert.deepStrictEqual(yield* store.putBlobs(id, []), [])
        assert.strictEqual((yield* store.findAccount(address))?.used, 100)
        assert.deepStrictEqual(yield* store.getBlob(id, "small"), new Uint8Array(30))
        assert.deepStrictEqual(yield* store.missingBlobs(id, ["large", "rest", "more"]), ["large", "more"])
      }))

    it.effect("takes of what comes at once no more than there is room for", () =>
      Effect.gen(function*() {
        const store = yield* ports
        const account = yield* newcomer
        yield* store.setQuota(account.id, 100)
        const outcomes = yield* Effect.forEach(
          Array.from({ length: 20 }, (_, at) => at),
          (at) =>
            Effect.option(
              at % 2 === 0
                ? Effect.asVoid(store.enqueue(account.id, new Uint8Array(30), at))
                : store.putBlob(account.id, `${at}`, new Uint8Array(30))
            ),
          { concurrency: "unbounded" }
        )
        assert.strictEqual(outcomes.filter(({ _tag }) => _tag === "Some").length, 3)
        assert.strictEqual((yield* store.findAccount(account.address))?.used, 90)
      }))

    it.effect("opens one account for a code that several use at once", () =>
      Effect.gen(function*() {
        const store = yield* ports
        const invite = bytes(7, 7)
        const now = yield* Clock.currentTimeMillis
        yield* store.addInvite({ hash: invite, address: undefined, uses: 1, expiresAt: now + 1000 })
        const outcomes = yield* Effect.forEach(
          Array.from({ length: 10 }, (_, one) => Address.make(`many${one}@invite.test`)),
          (address) =>
            Effect.option(store.createAccount({ address, registration: "r", wrappedRoot: bytes(1), invite })),
          { concurrency: "unbounded" }
        )
        assert.strictEqual(outcomes.filter(({ _tag }) => _tag === "Some").length, 1)
      }))

    it.effect("lists accounts page by page", () =>
      Effect.gen(function*() {
        const store = yield* ports
        const [first, second] = [yield* newcomer, yield* newcomer]
        assert.deepStrictEqual(yield* store.listAccounts(first.id - 1, 2), [first, second])
        assert.deepStrictEqual(yield* store.listAccounts(first.id, 1), [second])
      }))

    it.effect("publishes certificates, the newest counts, and logs each change once", () =>
      Effect.gen(function*() {
        const store = yield* ports
        const crypto = yield* Crypto
        const account = yield* newcomer
        const log = store.directoryLog(0, 1000)
        const before = (yield* log).length
        const old = certificate(account.id)
        const next = { ...old, certificate: bytes(2, 3), fingerprint: `${old.fingerprint}FF` }
        assert.isUndefined(yield* store.certificate(account.address))
        yield* store.publish(account.id, old)
        yield* store.publish(account.id, old)
        yield* store.publish(account.id, next)
        const entries = yield* log
        const shown = { address: account.address, certificate: next.certificate, fingerprint: next.fingerprint }
        const found = { ...shown, logged: before + 2 }
        assert.deepStrictEqual(yield* store.certificate(account.address), found)
        assert.deepStrictEqual(yield* store.certificateByFingerprint(next.fingerprint), found)
        assert.isUndefined(yield* store.certificateByFingerprint(old.fingerprint))
        assert.deepStrictEqual(yield* store.certificateByHash("leap.test", next.wkdHash), found)
        assert.isUndefined(yield* store.certificateByHash("else.test", next.wkdHash))
        assert.deepStrictEqual(entries.slice(before).map(({ fingerprint }) => fingerprint), [
          old.fingerprint,
          next.fingerprint
        ])
        const hashes: Array<string> = []
        for (const [index, entry] of entries.entries()) {
          const previous = entries[index - 1]?.hash ?? GENESIS.hash
          hashes.push(Hex.encode(yield* crypto.sha256(entryBytes(previous, entry))))
        }
        assert.deepStrictEqual(
          follow(GENESIS, entries, hashes),
          Result.succeed({ seq: entries.length, hash: hashes.at(-1) ?? "" })
        )
        yield* store.removeAccount(account.id, next.mark)
        assert.deepInclude((yield* log).at(-1), { fingerprint: "", mark: next.mark, seq: before + 3 })
      }).pipe(Effect.provide(NodeCrypto.layer)))

    it.effect("keeps a blob as long as a document needs it, and a day longer", () =>
      Effect.gen(function*() {
        const store = yield* ports
        const account = yield* newcomer
        const day = Duration.toMillis(Duration.days(1))
        const sweep = Effect.flatMap(Clock.currentTimeMillis, store.sweep)
        for (const id of ["a", "b", "loose"]) yield* store.putBlob(account.id, id, bytes(1, 2, 3, 4))
        const used = Effect.map(store.findAccount(account.address), (found) => found?.used)
        const sealed = bytes(9)
        yield* store.push(account.id, "1", [
          { id: "x", parent: 0, sealed, blobs: ["a", "b"] },
          { id: "y", parent: 0, sealed, blobs: ["a"] }
        ])
        yield* store.push(account.id, "2", [{ id: "x", parent: 1, sealed, blobs: [] }])
        yield* TestClock.adjust(day)
        yield* sweep
        assert.deepStrictEqual(yield* store.missingBlobs(account.id, ["a", "b", "loose"]), ["b"])
        assert.strictEqual(yield* used, 10)
        yield* store.push(account.id, "3", [{ id: "y", parent: 2, sealed: undefined }])
        yield* TestClock.adjust(day - 1)
        assert.deepStrictEqual(yield* store.missingBlobs(account.id, ["a"]), [], "asked for: kept another day")
        yield* TestClock.adjust(day - 1)
        yield* sweep
        assert.deepStrictEqual(yield* store.getBlob(account.id, "a"), bytes(1, 2, 3, 4))
        yield* store.push(account.id, "4", [{ id: "z", parent: 0, sealed, blobs: ["a", "a"] }])
        yield* TestClock.adjust(day * 2)
        yield* sweep
        assert.deepStrictEqual(yield* store.getBlob(account.id, "a", { first: 1, last: 2 }), bytes(2, 3))
        assert.strictEqual(yield* store.blobSize(account.id, "a"), 4)
        assert.isUndefined(yield* store.blobSize(account.id, "b"))
      }))

    it.effect("queues incoming mail, oldest first, each account its own", () =>
      Effect.gen(function*() {
        const store = yield* ports
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
        const store = yield* ports
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
        const store = yield* ports
        const account = yield* newcomer
        yield* store.push(account.id, "1", [{ id: "d", parent: 0, sealed: bytes(1) }])
        yield* store.enqueue(account.id, bytes(1), 1)
        // In any order, and perhaps twice: another node's word may come between.
        const told = new Map<string, unknown>()
        yield* store.feed(account.id).pipe(
          Stream.takeUntil((event) => told.set(event._tag, event).size === 2),
          Stream.runDrain
        )
        assert.deepStrictEqual(told.get("Generation"), { _tag: "Generation", generation: 1 })
        assert.isTrue(told.has("Incoming"))
      }))

    it.effect("tells a later change while a feed is open", () =>
      Effect.gen(function*() {
        const store = yield* ports
        const account = yield* newcomer
        const seen: Array<number> = []
        const listening = yield* store.feed(account.id).pipe(
          Stream.takeUntil((event) => event._tag === "Incoming"),
          Stream.runForEach((event) =>
            Effect.gen(function*() {
              if (event._tag !== "Generation") return
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

    it.effect("keeps mail for elsewhere until it is removed, and gives it to one at a time", () =>
      Effect.gen(function*() {
        const store = yield* ports
        const { id: account } = yield* newcomer
        const mail = { account, from: "a@leap.test", to: ["b@else.test", "c@else.test"], bytes: bytes(1, 2) }
        const late = yield* store.enqueueOutbound({ ...mail, offeredAt: 200 })
        const soon = yield* store.enqueueOutbound({ ...mail, offeredAt: 100 })
        assert.deepStrictEqual(yield* store.claimOutbound(99, 500, 10), [])
        const first = { ...mail, offeredAt: 100, id: soon, attempts: 0 }
        assert.deepStrictEqual(yield* store.claimOutbound(200, 500, 1), [first])
        const second = { ...mail, offeredAt: 200, id: late, attempts: 0 }
        assert.deepStrictEqual(yield* store.claimOutbound(200, 500, 10), [second])
        assert.deepStrictEqual(yield* store.claimOutbound(499, 500, 10), [])
        assert.deepStrictEqual(yield* store.claimOutbound(500, 600, 10), [first, second], "who took it died")
        yield* store.postponeOutbound(first, 300, ["c@else.test"])
        yield* store.removeOutbound(second)
        assert.deepStrictEqual(yield* store.claimOutbound(299, 500, 10), [])
        assert.deepStrictEqual(yield* store.claimOutbound(300, 500, 10), [
          { ...first, to: ["c@else.test"], attempts: 1 }
        ])
        yield* store.removeOutbound(first)
      }))

    it.effect("makes a secret once", () =>
      Effect.gen(function*() {
        const store = yield* ports
        assert.strictEqual(yield* store.secret("setup", Effect.succeed("one")), "one")
        assert.strictEqual(yield* store.secret("setup", Effect.succeed("two")), "one")
        assert.strictEqual(yield* store.secret("other", Effect.succeed("two")), "two")
      }))
  })
