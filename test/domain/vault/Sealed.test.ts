import { assert, it, layer } from "@effect/vitest"
import { Effect, Redacted, Schema } from "effect"
import * as NodeCrypto from "../../../src/adapters/node-crypto/NodeCrypto.ts"
import * as WebCrypto from "../../../src/adapters/web-crypto/WebCrypto.ts"
import { padme } from "../../../src/domain/vault/Padme.ts"
import * as Sealed from "../../../src/domain/vault/Sealed.ts"

const root = Redacted.make(new Uint8Array(32).fill(7))
const context = { account: "alice@leap.test", id: "document", version: 12 }
const bytes = (count: number) => Uint8Array.from({ length: count }, (_, index) => index * 7)
const size = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 3000 }))

it.prop("Padmé grows by at most 12 %, never shrinks, and settles", {
  length: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2 ** 40 }))
}, ({ length }) => {
  const padded = padme(length)
  return padded >= length && padded <= Math.ceil(length * 1.12) && padme(padded) === padded
})

layer(NodeCrypto.layer)("Sealed", (it) => {
  it.effect.prop("comes back as it was, and only its size class shows", { size }, ({ size }) =>
    Effect.gen(function*() {
      const sealed = yield* Sealed.sealDocument(root, context, bytes(size))
      const opened = yield* Sealed.openDocument(root, context, sealed)
      assert.deepStrictEqual(new Uint8Array(opened.bytes), bytes(size))
      assert.strictEqual(opened.version, 12)
      const other = yield* Sealed.sealDocument(root, context, new Uint8Array(size))
      assert.strictEqual(other.length, sealed.length)
    }))

  it.effect.prop("refuses a flipped bit anywhere", { size, at: size }, ({ at, size }) =>
    Effect.gen(function*() {
      const sealed = yield* Sealed.sealDocument(root, context, bytes(size))
      const index = at % sealed.length
      sealed[index] = (sealed[index] ?? 0) ^ (1 << (at % 8))
      const error = yield* Effect.flip(Sealed.openDocument(root, context, sealed))
      assert.strictEqual(error._tag, "SealRefused")
    }))

  it.effect.prop("refuses what was cut off or added to", { size, at: size }, ({ at, size }) =>
    Effect.gen(function*() {
      const sealed = yield* Sealed.sealDocument(root, context, bytes(size))
      const longer = new Uint8Array(sealed.length + 1)
      longer.set(sealed)
      for (const changed of [sealed.subarray(0, at % sealed.length), longer]) {
        const error = yield* Effect.flip(Sealed.openDocument(root, context, changed))
        assert.strictEqual(error._tag, "SealRefused")
      }
    }))

  it.effect("refuses another id, account, version or secret", () =>
    Effect.gen(function*() {
      const sealed = yield* Sealed.sealDocument(root, context, bytes(10))
      const relabelled = sealed.slice()
      relabelled[8] = 13
      const attempts = [
        Sealed.openDocument(root, { ...context, id: "another" }, sealed),
        Sealed.openDocument(root, { ...context, account: "bob@leap.test" }, sealed),
        Sealed.openDocument(root, { ...context, version: 13 }, sealed),
        Sealed.openDocument(root, { ...context, version: 13 }, relabelled),
        Sealed.openDocument(Redacted.make(new Uint8Array(32)), context, sealed)
      ]
      for (const attempt of attempts) assert.strictEqual((yield* Effect.flip(attempt))._tag, "SealRefused")
    }))

  it.effect("is the same format on every platform", () =>
    Effect.gen(function*() {
      const sealed = yield* Effect.provide(Sealed.sealDocument(root, context, bytes(100)), WebCrypto.layer)
      assert.deepStrictEqual(
        new Uint8Array((yield* Sealed.openDocument(root, context, sealed)).bytes),
        bytes(100)
      )
    }))

  it.effect("refuses to seal more than its limit", () =>
    Effect.gen(function*() {
      const limit = new Uint8Array(Sealed.MAX_DOCUMENT_BYTES)
      const opened = yield* Sealed.openDocument(root, context, yield* Sealed.sealDocument(root, context, limit))
      assert.strictEqual(opened.bytes.length, limit.length)
      const over = new Uint8Array(Sealed.MAX_DOCUMENT_BYTES + 1)
      assert.strictEqual((yield* Effect.flip(Sealed.sealDocument(root, context, over)))._tag, "TooLargeToSeal")
    }))
})
