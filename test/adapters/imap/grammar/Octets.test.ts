import { assert, describe, it } from "@effect/vitest"
import { Arbitrary } from "effect"
import * as Octets from "../../../../src/adapters/imap/grammar/Octets.ts"
import { concat, fromLatin1 } from "../../../../src/domain/message/Latin1.ts"
import { choices } from "./ArbitraryCommand.ts"

type Piece = string | Uint8Array

const put = (out: Octets.Octets, piece: Piece): void => {
  if (typeof piece === "string") Octets.text(out, piece)
  else Octets.bytes(out, piece)
}
const octetsOf = (piece: Piece): Uint8Array => typeof piece === "string" ? fromLatin1(piece) : piece

const LENGTHS = [0, 1, 23, 24, 25, 511, 513, 4096, 4097, 65_536, 70_000]

describe("Octets", () => {
  it.prop("gives out what was put in, in order, once", {
    rounds: Arbitrary.map(choices, (from) =>
      from.list(4, () =>
        from.list(12, (): Piece => {
          const length = LENGTHS[from.number(LENGTHS.length)] ?? 0
          const octet = from.number(256)
          return from.number(2) === 0 ? String.fromCharCode(octet).repeat(length) : new Uint8Array(length).fill(octet)
        })))
  }, ({ rounds }) => {
    const out = Octets.make()
    const taken = rounds.map((pieces) => {
      for (const piece of pieces) put(out, piece)
      const wanted = concat(pieces.map(octetsOf))
      assert.strictEqual(out.length, wanted.length)
      return { wanted, given: Octets.take(out) }
    })
    // What was given out is never written to again.
    for (const { given, wanted } of taken) assert.isTrue(Buffer.from(wanted).equals(concat(given)))
    assert.deepStrictEqual(Octets.take(out), [])
  })
})
