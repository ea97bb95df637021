/** Compressed data as others write it, and as nobody honest does. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { constants, deflateRawSync } from "node:zlib"
import * as openpgp from "openpgp"
import { layer } from "../../../src/adapters/openpgp/OpenPgpJs.ts"
import { MAX_MESSAGE_BYTES } from "../../../src/adapters/openpgp/Policy.ts"
import { OpenPgp } from "../../../src/ports/OpenPgp.ts"

const compressedPacket = (stream: Uint8Array): openpgp.PacketList<openpgp.AnyPacket> => {
  const packets = new openpgp.PacketList<openpgp.AnyPacket>()
  packets.push(
    Object.assign(new openpgp.CompressedDataPacket(), { algorithm: openpgp.enums.compression.zip, compressed: stream })
  )
  return packets
}

const literal = async (data: Uint8Array): Promise<Uint8Array> =>
  (await openpgp.createMessage({ binary: data })).write() as Uint8Array

const opened = Effect.fnUntraced(function*(stream: Uint8Array) {
  const pgp = yield* OpenPgp
  const { certificate, secretKey } = yield* pgp.generate({ name: "", email: "x@leap.test" }, {
    expiresInSeconds: undefined
  })
  const data = yield* Effect.promise(async () =>
    openpgp.encrypt({
      message: new openpgp.Message(compressedPacket(stream)),
      encryptionKeys: await openpgp.readKey({ binaryKey: certificate }),
      format: "binary"
    })
  )
  return yield* pgp.decrypt({ data, secretKeys: [secretKey], verifyWith: [] })
})

const data = new TextEncoder().encode("short, and nobody shall know how short")

describe("compressed data", () => {
  it.effect("ends where its stream ends: Sequoia hides the length by what follows", () =>
    Effect.gen(function*() {
      const stream = deflateRawSync(yield* Effect.promise(() => literal(data)))
      for (const padding of [0, 1, 5000]) {
        const { data: found } = yield* opened(Buffer.concat([stream, Buffer.alloc(padding, 7)]))
        assert.deepStrictEqual(Uint8Array.from(found), data)
      }
    }).pipe(Effect.provide(layer)))

  it.effect("must be whole", () =>
    Effect.gen(function*() {
      const stream = deflateRawSync(yield* Effect.promise(() => literal(data)))
      const error = yield* Effect.flip(opened(stream.subarray(0, stream.length - 3)))
      assert.include(error.reason, "unexpected end")
    }).pipe(Effect.provide(layer)))

  it.effect("is not inflated past the limit of a message", () =>
    Effect.gen(function*() {
      // Flushed, a piece can follow itself.
      const piece = deflateRawSync(Buffer.alloc(MAX_MESSAGE_BYTES / 256), { finishFlush: constants.Z_FULL_FLUSH })
      const stream = Buffer.concat([...Array.from({ length: 256 }, () => piece), deflateRawSync(Buffer.alloc(1))])
      const error = yield* Effect.flip(opened(stream))
      assert.include(error.reason, `larger than ${MAX_MESSAGE_BYTES} bytes`)
    }).pipe(Effect.provide(layer)))
})
