/** Octets from the network to whole commands, literals inside (RFC 3501 §2.2, §4.3; RFC 7888). Linear in the octets. */
import { Result } from "effect"
import { latin1 } from "../../domain/message/Latin1.ts"
import { TAKES_MESSAGES } from "./grammar/AppendCommand.ts"
import * as Lexer from "./grammar/Lexer.ts"

export interface Limits {
  /** Of one line, and of all lines of one command together. */
  readonly maxLine: number
  /** Of a literal that is no message; and four of them together. */
  readonly maxLiteral: number
  /** Of a message, and of all messages of a command together. */
  readonly maxAppend: number
}

export type Framed =
  /** A command without its last CRLF, `{n}` CRLF and octets of literals included. The octets are the caller's own. */
  | { readonly _tag: "Command"; readonly bytes: Uint8Array }
  /** The client waits for `+` before it sends the literal. */
  | { readonly _tag: "LiteralRequested" }
  /** The command had a literal over the limit; it never came, or was passed over: answer NO, go on. */
  | {
    readonly _tag: "LiteralRefused"
    readonly tag: string | undefined
    /** Of the command, in capitals. */
    readonly name: string
    readonly limit: number
  }
  /** So much more than the limit is coming unasked that it is not passed over: there is no way on but to hang up. */
  | { readonly _tag: "TooMuch"; readonly limit: number }
  /** A line over the limit: there is no way on but to hang up. */
  | { readonly _tag: "TooLong" }

export interface Framer {
  push(chunk: Uint8Array): void
  /** The next thing framed so far; undefined asks for more octets. */
  next(limits: Limits): Framed | undefined
  /** Has more come than was framed? */
  hasMore(): boolean
}

const CR = 13
const LF = 10
const MAX_LITERALS_TOGETHER = 4
/** In literals that were allowed. */
const MOST_PASSED_OVER = 2
/** Room for the beginning of a command: tag, name and more. */
const HEAD = 300
const SMALLEST = 4096
/** Past this a command gets the buffer itself instead of a copy; and so much room is left after a literal. */
const LARGE = 65_536

/** `{n}` or `{n+}` at the end of [start, end) */
const announced = (
  bytes: Uint8Array,
  start: number,
  end: number
): { readonly octets: number; readonly waits: boolean } | undefined => {
  if (bytes[end - 1] !== 125) return undefined
  const waits = bytes[end - 2] !== 43
  const digitsEnd = waits ? end - 1 : end - 2
  let at = digitsEnd
  while (at > start && (bytes[at - 1] as number) >= 48 && (bytes[at - 1] as number) <= 57) at--
  if (at === digitsEnd || at <= start || bytes[at - 1] !== 123) return undefined
  return { octets: Number(latin1(bytes, at, digitsEnd)), waits }
}

/** `tag SP ["UID" SP] name` */
const nameOf = (head: string): string => {
  const [, first = "", second = ""] = head.toUpperCase().split(" ", 3)
  return first === "UID" ? second : first
}

export const make = (): Framer => {
  let buffer = new Uint8Array(SMALLEST)
  /** [start, end) are octets not yet given out; `line` is where the current line of the command starts. */
  let start = 0
  let end = 0
  let line = 0
  /** Looked at up to here; past `end` while a literal is on its way. */
  let scanned = 0
  let literals = 0
  let lines = 0
  let mostPassedOver = 0
  let refused: Extract<Framed, { _tag: "LiteralRefused" }> | undefined

  const moveTo = (target: Uint8Array<ArrayBuffer>) => {
    if (target === buffer) buffer.copyWithin(0, start, end)
    else target.set(buffer.subarray(start, end))
    buffer = target
    line -= start
    scanned -= start
    end -= start
    start = 0
  }

  const nextCommand = () => {
    start = line = scanned
    literals = lines = 0
    refused = undefined
  }

  return {
    hasMore: () => end > start,
    push(chunk) {
      const needed = end - start + chunk.length
      if (start === end || end + chunk.length > buffer.length) {
        // Doubling keeps the copying linear; a literal's room is made at once.
        const literal = refused === undefined ? scanned - start : 0
        const wanted = Math.max(literal > end - start ? literal + LARGE : 0, needed * 2)
        moveTo(needed * 2 <= buffer.length ? buffer : new Uint8Array(Math.max(wanted, needed, SMALLEST)))
      }
      buffer.set(chunk, end)
      end += chunk.length
    },
    next(limits) {
      for (;;) {
        if (refused !== undefined) start = Math.min(line, end)
        if (scanned >= end) return undefined
        const lf = buffer.subarray(0, end).indexOf(LF, scanned)
        const to = lf < 0 ? end : lf
        if (lines + to - line > limits.maxLine) return { _tag: "TooLong" }
        if (lf < 0) {
          scanned = end
          return undefined
        }
        // quirk_bare_lf: a line may end without CR, as in Dovecot; a literal's announcement may not.
        const lineEnd = lf > line && buffer[lf - 1] === CR ? lf - 1 : lf
        scanned = lf + 1
        const literal = lineEnd < lf ? announced(buffer, line, lineEnd) : undefined
        if (literal === undefined) {
          const answer: Framed = refused ?? { _tag: "Command", bytes: buffer.subarray(start, lineEnd) }
          const isLarge = lineEnd - start > LARGE
          nextCommand()
          if (answer._tag !== "Command") return answer
          if (!isLarge) return { _tag: "Command", bytes: answer.bytes.slice() }
          moveTo(new Uint8Array(Math.max(2 * (end - start), SMALLEST)))
          return answer
        }
        const head = latin1(buffer, start, Math.min(start + HEAD, lineEnd))
        const name = nameOf(head)
        const takesMessages = TAKES_MESSAGES.has(name)
        const limit = takesMessages ? limits.maxAppend : limits.maxLiteral
        const together = takesMessages
          ? limits.maxAppend + limits.maxLiteral
          : limits.maxLiteral * MAX_LITERALS_TOGETHER
        literals += literal.octets
        if (refused === undefined && (literal.octets > limit || literals > together)) {
          const tag = Lexer.tag(Lexer.make(buffer.subarray(start, lineEnd)))
          mostPassedOver = MOST_PASSED_OVER * together
          refused = { _tag: "LiteralRefused", tag: Result.getOrUndefined(tag), name, limit }
        }
        if (refused !== undefined && literal.waits) {
          const answer = refused
          nextCommand()
          return answer
        }
        // RFC 7888 §4: either is allowed; octets that nobody wants cost both sides.
        if (refused !== undefined && literals > mostPassedOver) return { _tag: "TooMuch", limit: refused.limit }
        lines += lineEnd - line
        line = scanned + literal.octets
        scanned = line
        if (literal.waits) return { _tag: "LiteralRequested" }
      }
    }
  }
}
