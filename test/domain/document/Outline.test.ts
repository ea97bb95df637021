import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Result, Schema } from "effect"
import { fill, type Hole, holesOf, MAX_MESSAGE_BYTES, MIN_HOLE_BYTES } from "../../../src/domain/document/Outline.ts"
import { cut } from "../../../src/domain/message/Holes.ts"
import { parse } from "../../../src/domain/message/Parse.ts"

const encoder = new TextEncoder()

const PIECES = [
  "Content-Type: text/plain\r\n\r\nshort",
  `Content-Type: text/plain\r\n\r\n${"a long text\r\n".repeat(2000)}`,
  `Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n${"QUJD\r\n".repeat(4000)}`,
  `Content-Type: image/png\n\n${"\0\n--not a boundary\n--b".repeat(2000)}`,
  `Content-Type: application/octet-stream\r\n\r\n${"x".repeat(MIN_HOLE_BYTES)}\r\n\r\n`,
  `Content-Type: application/octet-stream\r\n\r\n${"x".repeat(MIN_HOLE_BYTES - 1)}`,
  `Content-Type: message/rfc822\r\n\r\nSubject: inner\r\nContent-Type: audio/wav\r\n\r\n${"wav\r\n".repeat(5000)}`
]

const Sketch = Schema.Struct({
  pieces: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: PIECES.length - 1 }))).check(
    Schema.isMaxLength(5)
  ),
  isClosed: Schema.Boolean
})

const toMessage = ({ isClosed, pieces }: typeof Sketch.Type): Uint8Array => {
  const parts = pieces.map((index) => `--b\r\n${PIECES[index] ?? ""}\r\n`).join("")
  return encoder.encode(
    `Subject: s\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n${parts}${isClosed ? "--b--\r\n" : ""}`
  )
}

describe("the outline of a message", () => {
  it.prop(
    "is read as the message is, and with its contents it is the message",
    { sketch: Arbitrary.schema(Sketch) },
    ({ sketch }) => {
      const bytes = toMessage(sketch)
      const holes = holesOf(bytes)
      const outline = cut(bytes, holes)
      const filled = Result.getOrThrow(fill(outline, holes))
      assert.deepStrictEqual(parse(filled), parse(bytes))
      for (const { length, offset } of holes) filled.set(bytes.subarray(offset, offset + length), offset)
      assert.deepStrictEqual(filled, bytes)
    },
    { arbitrary: { runs: 40 } }
  )

  it("leaves out large parts that are no text", () => {
    const lengths = (pieces: ReadonlyArray<number>) =>
      holesOf(toMessage({ pieces, isClosed: true })).map(({ length }) => length)
    assert.deepStrictEqual(lengths([0, 1, 5]), [])
    assert.deepStrictEqual(lengths([2, 0, 4]), [24_000 - 2 + 2, MIN_HOLE_BYTES + 4])
    assert.strictEqual(lengths([6]).length, 1)
  })

  it("is refused where its holes do not fit", () => {
    const outline = encoder.encode("outline")
    const hole = (offset: number, length: number, lines = 0): Hole => ({ offset, length, lines })
    for (
      const holes of [
        [hole(8, 1)],
        [hole(3, 5), hole(4, 5)],
        [hole(0, 2, 3)],
        [hole(0, MAX_MESSAGE_BYTES)],
        [hole(0, Number.MAX_SAFE_INTEGER), hole(1, Number.MAX_SAFE_INTEGER)]
      ]
    ) assert.isTrue(Result.isFailure(fill(outline, holes)))
    assert.strictEqual(Result.getOrThrow(fill(outline, [hole(7, 1)])).length, 8)
  })
})
