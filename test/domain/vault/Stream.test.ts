import { assert, layer } from "@effect/vitest"
import { Effect, Redacted, Schema } from "effect"
import * as NodeCrypto from "../../../src/adapters/node-crypto/NodeCrypto.ts"
import * as Stream from "../../../src/domain/vault/Stream.ts"

const root = Redacted.make(new Uint8Array(32).fill(7))
const context = { account: "alice@leap.test", id: "content" }
const SEGMENT = Stream.SEGMENT_BYTES + 16
const bytes = (count: number) => Uint8Array.from({ length: count }, (_, index) => (index * 7) ^ (index >> 8))
const at = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 400_000 }))
const part = (sealed: Uint8Array, index: number) =>
  sealed.subarray(Stream.HEAD_BYTES + index * SEGMENT, Stream.HEAD_BYTES + (index + 1) * SEGMENT)
const join = (...parts: ReadonlyArray<Uint8Array>) => Uint8Array.from(parts.flatMap((one) => Array.from(one)))
const refused = (sealed: Uint8Array, id = "content") =>
  Effect.map(
    Effect.flip(Stream.openContent(root, { ...context, id }, sealed)),
    (error) => assert.strictEqual(error._tag, "SealRefused")
  )

layer(NodeCrypto.layer)("Stream", (it) => {
  it.effect("comes back as it was, at every edge", () =>
    Effect.gen(function*() {
      for (const size of [0, 1, 255, 256, 257, 65_535, 65_536, 65_537, 131_072, 131_073, 300_000]) {
        const sealed = yield* Stream.sealContent(root, context, bytes(size))
        assert.strictEqual(sealed.length, Stream.sealedContentLength(size))
        assert.deepStrictEqual(yield* Stream.openContent(root, context, sealed), bytes(size))
      }
    }))

  it.effect.prop(
    "opens any range, reading only the segments it touches",
    { from: at, to: at },
    ({ from, to }) =>
      Effect.gen(function*() {
        const content = bytes(300_000)
        const sealed = yield* Stream.sealContent(root, context, content)
        let readBytes = 0
        const read = (low: number, high: number) =>
          Effect.sync(() => {
            readBytes += high - low
            return sealed.subarray(low, high)
          })
        const range = yield* Stream.openRange(root, context, read, from, to)
        assert.deepStrictEqual(range, content.slice(from, Math.max(from, to)))
        assert.isAtMost(readBytes, Stream.HEAD_BYTES + (Math.ceil(range.length / Stream.SEGMENT_BYTES) + 1) * SEGMENT)
      }),
    { arbitrary: { runs: 30 } }
  )

  it.effect.prop("refuses a flipped bit anywhere", { at }, ({ at }) =>
    Effect.gen(function*() {
      const sealed = yield* Stream.sealContent(root, context, bytes(100_000))
      const index = at % sealed.length
      sealed[index] = (sealed[index] ?? 0) ^ (1 << (at % 8))
      yield* refused(sealed)
    }), { arbitrary: { runs: 30 } })

  it.effect("refuses segments that were swapped, dropped, repeated, cut off or taken from elsewhere", () =>
    Effect.gen(function*() {
      const sealed = yield* Stream.sealContent(root, context, bytes(196_608))
      const again = yield* Stream.sealContent(root, context, bytes(196_608))
      const head = sealed.subarray(0, Stream.HEAD_BYTES)
      const [a, b, c] = [part(sealed, 0), part(sealed, 1), part(sealed, 2)]
      yield* refused(join(head, b, a, c))
      yield* refused(join(head, a, c))
      yield* refused(join(head, a, b))
      yield* refused(join(head, a, b, b, c))
      yield* refused(join(head, a, b, c, c))
      yield* refused(join(head, a, part(again, 1), c))
      yield* refused(sealed.subarray(0, sealed.length - 1))
      yield* refused(head)
      yield* refused(sealed.subarray(0, 5))
      yield* refused(new Uint8Array(0))
      yield* refused(sealed, "another")
    }))
})
