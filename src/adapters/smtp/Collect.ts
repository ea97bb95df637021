/** DATA to bytes in memory, with a limit for one message and one for all messages of a listener together. */
import type { SMTPServerDataStream } from "smtp-server"
import { busy, type SmtpRefusal, tooLarge } from "./SmtpRefusal.ts"

export interface Budget {
  readonly maxSize: number
  readonly maxTotal: number
  total: number
}

export const makeBudget = (maxSize: number, maxTotal: number): Budget => ({ maxSize, maxTotal, total: 0 })

/**
 * Calls `done` once: with the bytes and the function that gives their memory back, with a refusal when all was read
 * and too much, or with undefined when the client went away in the middle.
 */
export const collect = (
  stream: SMTPServerDataStream,
  budget: Budget,
  done: (bytes: Uint8Array | SmtpRefusal | undefined, release: () => void) => void
): void => {
  let chunks: Array<Uint8Array> = []
  let size = 0
  let held = 0
  let refusal: SmtpRefusal | undefined
  let settled = false
  const release = (): void => {
    budget.total -= held
    held = 0
  }
  const refuse = (because: SmtpRefusal): void => {
    refusal = because
    chunks = []
    release()
  }
  const settle = (bytes: Uint8Array | SmtpRefusal | undefined): void => {
    if (settled) return
    settled = true
    chunks = []
    if (!(bytes instanceof Uint8Array)) release()
    done(bytes, release)
  }
  stream.on("data", (chunk: Uint8Array) => {
    if (refusal !== undefined) return
    size += chunk.length
    if (size > budget.maxSize) return refuse(tooLarge(budget.maxSize))
    if (budget.total + chunk.length > budget.maxTotal) return refuse(busy())
    budget.total += chunk.length
    held += chunk.length
    chunks.push(chunk)
  })
  stream.once("end", () => settle(refusal ?? Buffer.concat(chunks, size)))
  stream.once("error", () => settle(undefined))
  stream.once("close", () => settle(undefined))
}
