import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Queue, Schema } from "effect"
import { constants, deflateRawSync, inflateRawSync } from "node:zlib"
import { type Connection, ConnectionEnded } from "../../../src/adapters/imap/Connection.ts"
import * as Deflated from "../../../src/adapters/imap/Deflated.ts"

const MEGABYTE = 1024 * 1024

/** The connection, and what is written to it; reading gives `chunks`, then its end. */
const between = Effect.fnUntraced(function*(chunks: ReadonlyArray<Uint8Array>) {
  const input = yield* Queue.unbounded<Uint8Array, ConnectionEnded>()
  yield* Queue.offerAll(input, chunks)
  const written: Array<Uint8Array> = []
  const plain: Connection = {
    isPrivate: true,
    isLocal: false,
    read: Queue.take(input),
    write: (pieces) => Effect.sync(() => void written.push(...pieces))
  }
  const hangUp = Queue.fail(input, new ConnectionEnded({ reason: "The client hung up" }))
  return { connection: yield* Deflated.make(plain), written, hangUp, left: Queue.size(input) }
})

const readAll = ({ read }: Connection) =>
  Effect.gen(function*() {
    const pieces: Array<Uint8Array> = []
    for (;;) {
      const piece = yield* Effect.option(read)
      if (piece._tag === "None") return Buffer.concat(pieces)
      pieces.push(piece.value)
    }
  })

const cut = (octets: Uint8Array, size: number): Array<Uint8Array> =>
  Array.from({ length: Math.ceil(octets.length / size) }, (_, at) => octets.slice(at * size, (at + 1) * size))

const flushed = (octets: Uint8Array) => deflateRawSync(octets, { finishFlush: constants.Z_SYNC_FLUSH })

describe("Deflated", () => {
  it.effect.prop(
    "gives what the client deflated, wherever the network cuts, and deflates what is written",
    {
      octets: Arbitrary.schema(Schema.Uint8Array),
      size: Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 40 })))
    },
    Effect.fnUntraced(function*({ octets, size }: { readonly octets: Uint8Array; readonly size: number }) {
      const { connection, hangUp, written } = yield* between(cut(flushed(octets), size))
      yield* hangUp
      assert.deepStrictEqual(yield* readAll(connection), Buffer.from(octets))
      for (const piece of cut(octets, size)) yield* connection.write([piece])
      yield* connection.write([octets, octets])
      const all = inflateRawSync(Buffer.concat(written), { finishFlush: constants.Z_SYNC_FLUSH })
      assert.deepStrictEqual(all, Buffer.concat([octets, octets, octets]))
    }, Effect.scoped)
  )

  it.effect("each answer is whole when it is sent", () =>
    Effect.gen(function*() {
      const { connection, written } = yield* between([])
      for (let at = 1; at <= 3; at++) {
        yield* connection.write([Buffer.from(`* ${at} EXISTS\r\n`)])
        const heard = inflateRawSync(Buffer.concat(written), { finishFlush: constants.Z_SYNC_FLUSH }).toString()
        assert.isTrue(heard.endsWith(`* ${at} EXISTS\r\n`))
      }
    }))

  it.live("a bomb comes out in pieces, as fast as they are read", () =>
    Effect.gen(function*() {
      const bomb = flushed(new Uint8Array(48 * MEGABYTE))
      assert.isBelow(bomb.length, 60_000)
      const before = process.memoryUsage()
      const { connection } = yield* between([bomb])
      for (let at = 0; at < 8; at++) assert.isAtMost((yield* connection.read).length, 128 * 1024)
      const { arrayBuffers, external } = process.memoryUsage()
      assert.isBelow(arrayBuffers + external - before.arrayBuffers - before.external, 8 * MEGABYTE)
    }))

  it.effect("octets that are not deflated end the connection", () =>
    Effect.gen(function*() {
      const { connection } = yield* between([Buffer.from("a NOOP\r\nb NOOP\r\n"), Buffer.alloc(100, 255)])
      const error = yield* Effect.flip(Effect.forever(connection.read))
      assert.strictEqual(error.reason, "The client's octets cannot be inflated")
    }))

  it.effect("so does the end of what is deflated", () =>
    Effect.gen(function*() {
      const { connection } = yield* between([
        deflateRawSync(Buffer.from("a NOOP\r\n")),
        Buffer.from("b NOOP\r\n")
      ])
      assert.strictEqual(Buffer.from(yield* connection.read).toString(), "a NOOP\r\n")
      assert.strictEqual((yield* Effect.flip(connection.read)).reason, "The client ended its compressed octets")
    }))
})
