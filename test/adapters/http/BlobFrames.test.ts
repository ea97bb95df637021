import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Result, Schema } from "effect"
import { decode, encode } from "../../../src/adapters/http/BlobFrames.ts"

const Blobs = Schema.Array(Schema.UndefinedOr(Schema.Uint8Array)).check(Schema.isMaxLength(5))

describe("blobs in one answer", () => {
  it.prop("come back as they were", { blobs: Arbitrary.schema(Blobs) }, ({ blobs }) => {
    const lists = (all: typeof blobs) => all.map((blob) => blob && [...blob])
    assert.deepStrictEqual(lists(Result.getOrThrow(decode(encode(blobs)))), lists(blobs))
  })

  it.prop("of any octets are read, or refused", { octets: Schema.Uint8Array }, ({ octets }) => {
    const read = decode(octets)
    if (Result.isSuccess(read)) assert.deepStrictEqual([...encode(read.success)], [...octets])
  })

  it("are refused where the answer is cut off", () => {
    const bytes = encode([Uint8Array.of(1, 2, 3)])
    for (let end = 1; end < bytes.length; end++) assert.isTrue(Result.isFailure(decode(bytes.subarray(0, end))))
  })
})
