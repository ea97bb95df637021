import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { decode, encode } from "../../../src/adapters/http/NamedBlobFrames.ts"

const Blobs = Schema.Array(
  Schema.Struct({ id: Schema.String.check(Schema.isPattern(/^[!-~]{1,128}$/)), sealed: Schema.Uint8Array })
).check(Schema.isMaxLength(5))

describe("blobs in one call", () => {
  it.prop("come as they were sent", { blobs: Blobs }, ({ blobs }) => {
    const lists = (all: typeof blobs) => all.map(({ id, sealed }) => [id, ...sealed])
    assert.deepStrictEqual(lists(Result.getOrThrow(decode(encode(blobs), 5))), lists(blobs))
  })

  it.prop("of any octets are read, or refused", { octets: Schema.Uint8Array }, ({ octets }) => {
    const read = decode(octets, 100)
    if (Result.isSuccess(read)) assert.deepStrictEqual([...encode(read.success)], [...octets])
  })

  it("are refused where the call is cut off", () => {
    const bytes = encode([{ id: "name", sealed: Uint8Array.of(1, 2, 3) }])
    for (let end = 1; end < bytes.length; end++) assert.isTrue(Result.isFailure(decode(bytes.subarray(0, end), 1)))
  })

  it("are refused where they have no name, or one that is no name", () => {
    for (const name of [[], [32], [10], [0x80], [0xff]]) {
      assert.isTrue(Result.isFailure(decode(Uint8Array.of(name.length, ...name, 0, 0, 0, 0), 1)))
    }
  })

  it("are as many as the bound, and not one more", () => {
    const bytes = encode(Array.from({ length: 3 }, (_, index) => ({ id: `${index}`, sealed: new Uint8Array(0) })))
    assert.isTrue(Result.isSuccess(decode(bytes, 3)))
    assert.isTrue(Result.isFailure(decode(bytes, 2)))
  })
})
