/** COMPRESS=DEFLATE (RFC 4978): octets deflated on their way, both ways, in pieces of bounded size. */
import { Effect, type Scope, Semaphore } from "effect"
import { createDeflateRaw, createInflateRaw, type DeflateRaw, type InflateRaw } from "node:zlib"
import { constants } from "node:zlib"
import { type Connection, ConnectionEnded } from "./Connection.ts"

/**
 * What comes out at once, whatever went in: a few octets may stand for a gigabyte, and nobody but who reads it knows when
 * it is too much (Framer).
 */
const PIECE = 16_384
/** 64 + 32 KiB a client instead of 256: an answer is mostly seen once. */
const WINDOW_BITS = 14
const MEMORY_LEVEL = 6

interface Stage {
  /** One at a time, and only when all of the one before came out. */
  readonly give: (octets: Uint8Array) => void
  /** The next piece; undefined when all that was given came out. */
  readonly next: Effect.Effect<Uint8Array | undefined, ConnectionEnded>
}

/** The stream stops by itself while what it made is not read. */
const makeStage = (stream: DeflateRaw | InflateRaw, flushes: boolean): Stage => {
  let isBusy = false
  let failure: ConnectionEnded | undefined
  let changed = () => {}
  const through = () => {
    isBusy = false
    changed()
  }
  const fail = (reason: string) => {
    failure ??= new ConnectionEnded({ reason })
    changed()
  }
  stream.on("readable", () => changed())
  stream.on("error", () => fail("The client's octets cannot be inflated"))
  stream.on("end", () => fail("The client ended its compressed octets"))
  const look = (): Effect.Effect<Uint8Array | undefined, ConnectionEnded> | undefined => {
    const piece: Uint8Array | null = stream.read()
    if (piece !== null) return Effect.succeed(piece)
    if (failure !== undefined) return Effect.fail(failure)
    return isBusy ? undefined : Effect.succeed(undefined)
  }
  return {
    give: (octets) => {
      isBusy = true
      if (!flushes) return void stream.write(octets, through)
      stream.write(octets)
      stream.flush(constants.Z_SYNC_FLUSH, through)
    },
    next: Effect.callback((resume) => {
      changed = () => {
        const found = look()
        if (found === undefined) return
        changed = () => {}
        resume(found)
      }
      changed()
      return Effect.sync(() => {
        changed = () => {}
      })
    })
  }
}

/** The same connection, deflated until the scope closes. */
export const make = Effect.fnUntraced(function*(
  connection: Connection
): Effect.fn.Return<Connection, never, Scope.Scope> {
  const inflating = yield* Effect.acquireRelease(
    Effect.sync(() => createInflateRaw({ chunkSize: PIECE })),
    (stream) => Effect.sync(() => stream.destroy())
  )
  const deflating = yield* Effect.acquireRelease(
    Effect.sync(() => createDeflateRaw({ chunkSize: PIECE, windowBits: WINDOW_BITS, memLevel: MEMORY_LEVEL })),
    (stream) => Effect.sync(() => stream.destroy())
  )
  const incoming = makeStage(inflating, false)
  const outgoing = makeStage(deflating, true)
  const turn = yield* Semaphore.make(1)

  const read: Connection["read"] = Effect.flatMap(incoming.next, (piece) => {
    if (piece !== undefined) return Effect.succeed(piece)
    return Effect.flatMap(connection.read, (octets) => {
      incoming.give(octets)
      return read
    })
  })

  const write = Effect.fnUntraced(function*(pieces: ReadonlyArray<Uint8Array>) {
    outgoing.give(pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces))
    for (let piece = yield* outgoing.next; piece !== undefined; piece = yield* outgoing.next) {
      yield* connection.write([piece])
    }
  }, turn.withPermit)

  return { ...connection, startTls: undefined, read, write }
})
