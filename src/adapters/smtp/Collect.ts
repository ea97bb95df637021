/** DATA to bytes in memory, with a limit for one message and one for all messages of a listener together. */
import type { SMTPServerDataStream } from "smtp-server"
import { busy, type SmtpRefusal, tooLarge, tooManyPieces } from "./SmtpRefusal.ts"

export interface Budget {
  readonly maxSize: number
  readonly maxTotal: number
  total: number
}

export const makeBudget = (maxSize: number, maxTotal: number): Budget => ({ maxSize, maxTotal, total: 0 })

/** Below this an octet's own object costs more than the octets. */
const SMALL = 1024
const BLOCK = 64 * 1024

/** Octets as they came; small pieces in blocks, or a message of a million lines `..` would take a hundred times its size. */
const makePieces = () => {
  let pieces: Array<Uint8Array> = []
  let block = Buffer.alloc(0)
  let start = 0
  let end = 0
  const close = (): void => {
    if (end > start) pieces.push(block.subarray(start, end))
    start = end
  }
  return {
    add: (piece: Uint8Array): void => {
      if (piece.length >= SMALL) {
        close()
        pieces.push(piece)
        return
      }
      if (end + piece.length > block.length) {
        close()
        block = Buffer.allocUnsafe(BLOCK)
        start = end = 0
      }
      block.set(piece, end)
      end += piece.length
    },
    /** All, and nothing is left. */
    take: (): Uint8Array => {
      close()
      const whole = Buffer.concat(pieces)
      pieces = []
      block = Buffer.alloc(0)
      start = end = 0
      return whole
    }
  }
}

/** The library hands over each line that began with a dot by itself, which takes it a thousand times as long as octets. */
const FEW_PIECES = 10_000
const OCTETS_A_PIECE = 256

/** Who goes on sending when the message is much too large already is not read to the end. */
const MUCH_TOO_LARGE = 2

export interface Collecting {
  /** The bytes, a refusal for when all was read, or undefined where the client went away in the middle. Called once. */
  readonly done: (bytes: Uint8Array | SmtpRefusal | undefined, release: () => void) => void
  /** So many octets came. */
  readonly came: (octets: number) => void
  /** It is not worth reading on: the connection ends with this. */
  readonly hangUp: (because: SmtpRefusal) => void
}

/** `release` gives the memory back. */
export const collect = (stream: SMTPServerDataStream, budget: Budget, { came, done, hangUp }: Collecting): void => {
  const pieces = makePieces()
  const mostPieces = Math.max(FEW_PIECES, budget.maxSize / OCTETS_A_PIECE)
  let count = 0
  let size = 0
  let held = 0
  let refusal: SmtpRefusal | undefined
  let settled = false
  let isOver = false
  const release = (): void => {
    budget.total -= held
    held = 0
  }
  const refuse = (because: SmtpRefusal): void => {
    refusal ??= because
    pieces.take()
    release()
  }
  const settle = (bytes: Uint8Array | SmtpRefusal | undefined): void => {
    if (settled) return
    settled = true
    if (!(bytes instanceof Uint8Array)) {
      pieces.take()
      release()
    }
    done(bytes, release)
  }
  const end = (because: SmtpRefusal): void => {
    isOver = true
    refuse(because)
    hangUp(because)
  }
  stream.on("data", (chunk: Uint8Array) => {
    if (isOver) return
    came(chunk.length)
    size += chunk.length
    if (size > budget.maxSize * MUCH_TOO_LARGE) return end(tooLarge(budget.maxSize))
    if (++count > mostPieces) return end(tooManyPieces())
    if (refusal !== undefined) return
    if (size > budget.maxSize) return refuse(tooLarge(budget.maxSize))
    if (budget.total + chunk.length > budget.maxTotal) return refuse(busy())
    budget.total += chunk.length
    held += chunk.length
    pieces.add(chunk)
  })
  stream.once("end", () => settle(refusal ?? pieces.take()))
  stream.once("error", () => settle(undefined))
  stream.once("close", () => settle(undefined))
}
