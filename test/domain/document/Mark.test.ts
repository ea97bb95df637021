/** Sums of marks: the same for the same documents in any order, another where anything is other. */
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Redacted, Schema } from "effect"
import * as NodeCrypto from "../../../src/adapters/node-crypto/NodeCrypto.ts"
import { add, MARK_BYTES, markOf, nothing, subtract } from "../../../src/domain/document/Mark.ts"
import { idKeys } from "../../../src/domain/vault/Derive.ts"

const Octet = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 }))
const marks = Schema.Array(Schema.Array(Octet).check(Schema.isMinLength(MARK_BYTES), Schema.isMaxLength(MARK_BYTES)))
  .check(Schema.isMaxLength(6))

const sumOf = (all: ReadonlyArray<Uint8Array>) => all.reduce(add, nothing)

/** As mathematics has it. */
const numberOf = (bytes: Uint8Array) => bytes.reduceRight((sum, octet) => sum * 256n + BigInt(octet), 0n)

describe("a sum of marks", () => {
  it.prop("is addition modulo 2^256, in any order, and can be taken back", { marks }, ({ marks }) => {
    const all = marks.map((octets) => new Uint8Array(octets))
    const sum = sumOf(all)
    assert.deepStrictEqual(sumOf([...all].reverse()), sum)
    assert.strictEqual(numberOf(sum), all.reduce((total, one) => total + numberOf(one), 0n) % 2n ** 256n)
    assert.deepStrictEqual(all.reduce(subtract, sum), nothing)
  })

  it("carries over all octets, both ways", () => {
    const one = nothing.with(0, 1)
    const full = new Uint8Array(MARK_BYTES).fill(255)
    assert.deepStrictEqual(add(full, one), nothing)
    assert.deepStrictEqual(subtract(nothing, one), full)
    // Twice is not never, as it would be with XOR.
    assert.notDeepEqual(sumOf([full, full]), nothing)
  })
})

layer(NodeCrypto.layer)("a mark", (it) => {
  it.effect("is another for another key, id, generation or seal", () =>
    Effect.gen(function*() {
      const keys = yield* idKeys(Redacted.make(new Uint8Array(32).fill(1)))
      const others = yield* idKeys(Redacted.make(new Uint8Array(32).fill(2)))
      const version = { id: "id", generation: 7, sealed: new Uint8Array([1, 2, 3]) }
      const all = [
        yield* markOf(keys, version),
        yield* markOf(others, version),
        yield* markOf(keys, { ...version, id: "di" }),
        yield* markOf(keys, { ...version, generation: 8 }),
        yield* markOf(keys, { ...version, sealed: new Uint8Array([1, 2, 4]) }),
        // What moves from one field to another.
        yield* markOf(keys, { ...version, id: "i" })
      ]
      assert.strictEqual(new Set(all.map((mark) => Buffer.from(mark).toString("hex"))).size, all.length)
      assert.deepStrictEqual(yield* markOf(keys, version), all[0])
    }))
})
