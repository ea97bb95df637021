/** Where large contents are taken in steps: a step may end anywhere, between CR and LF, within a group or an escape. */
import { assert, it } from "@effect/vitest"
import { toCrlf } from "../../../src/domain/message/Compose.ts"
import {
  decodeBase64,
  decodeQuotedPrintable,
  encodeBase64,
  encodeQuotedPrintable
} from "../../../src/domain/message/TransferEncoding.ts"

/** Of some steps, so that they begin at every place of a line in turn. */
const SIZE = 600_000

const mixed = (alphabet: ReadonlyArray<number>): Uint8Array => {
  const bytes = new Uint8Array(SIZE)
  let state = 1
  for (let i = 0; i < SIZE; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    bytes[i] = alphabet[(state >>> 16) % alphabet.length] ?? 0
  }
  return bytes
}

const isSame = (got: Uint8Array, expected: Uint8Array): void => assert.isTrue(Buffer.compare(got, expected) === 0)

it("decodes what was encoded, however many steps it takes", () => {
  const octets = mixed([0, 9, 32, 46, 61, 65, 70, 127, 200, 255])
  for (const lineLength of [0, 76, 61]) isSame(decodeBase64(encodeBase64(octets, lineLength)), octets)
  isSame(decodeQuotedPrintable(encodeQuotedPrintable(octets)), octets)
})

it("decodes quoted-printable of any form as in one piece", () => {
  // Lines of their own: none is longer than a few octets, and what one is does not depend on another.
  const octets = mixed([9, 10, 13, 32, 61, 65, 70, 51])
  const lines: Array<Uint8Array> = []
  for (let start = 0; start < SIZE;) {
    const lf = octets.indexOf(10, start)
    const end = lf < 0 ? SIZE : lf + 1
    lines.push(decodeQuotedPrintable(octets.subarray(start, end)))
    start = end
  }
  isSame(decodeQuotedPrintable(octets), Buffer.concat(lines))
})

it("makes every line end CRLF, also where a step ends between CR and LF", () => {
  const octets = mixed([10, 13, 65])
  const expected = Buffer.from(octets).toString("latin1").replaceAll(/\r\n|\r|\n/g, "\r\n")
  const got = toCrlf(octets)
  isSame(got, Buffer.from(expected, "latin1"))
  assert.strictEqual(toCrlf(got), got)
})
