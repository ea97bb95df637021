/**
 * What a client that goes by uids and modseqs knows of its mailbox (RFC 7162, RFC 9586), made from nothing but what the
 * server told it; and the commands that such a client sends.
 */
import { assert } from "@effect/vitest"
import * as Flag from "../../src/domain/mailbox/Flag.ts"

export interface UidClientModel {
  /** Flags of the uids it was told of; undefined where it was not told of those. */
  readonly known: ReadonlyMap<number, ReadonlyArray<string> | undefined>
  readonly count: number
  /** It was told of everything up to this one. */
  readonly modSeq: number
  /** What it remembers, told to the server: only the difference comes back. */
  readonly resync: string
  begin(command: string): void
  /** A line of the server, the tagged one too. */
  hear(line: string): void
}

/** What went is not told at their end (RFC 3501 §7.4.1). */
const KEEPS_NUMBERS = /^(FETCH|STORE|SEARCH) /
const SILENT = /^UID STORE (\d+) ([+-]?)FLAGS\.SILENT \(([^)]*)\)$/

const words = (text: string): ReadonlyArray<string> => text === "" ? [] : text.split(" ")

const members = (set: string): ReadonlyArray<number> =>
  set.split(",").flatMap((range) => {
    const [from = 0, to = from] = range.split(":").map(Number)
    return Array.from({ length: to - from + 1 }, (_, at) => from + at)
  })

export const make = (isUidOnly: boolean): UidClientModel => {
  const known = new Map<number, ReadonlyArray<string> | undefined>()
  let current = ""
  let count = 0
  let modSeq = 0
  let heard = 0
  let uidValidity = 0

  const fetched = (rest: string, uid: number): void => {
    const flags = /\bFLAGS \(([^)]*)\)/.exec(rest)?.[1]
    heard = Math.max(heard, Number(/\bMODSEQ \((\d+)\)/.exec(rest)?.[1] ?? 0))
    if (flags !== undefined) known.set(uid, words(flags))
    else if (!known.has(uid)) known.set(uid, undefined)
  }

  return {
    known,
    get count() {
      return count
    },
    get modSeq() {
      return modSeq
    },
    get resync() {
      const uids = known.size === 0 ? "" : ` ${Array.from(known.keys()).sort((a, b) => a - b).join()}`
      return `SELECT INBOX (QRESYNC (${uidValidity} ${modSeq}${uids}))`
    },
    begin(command) {
      current = command
      const [, uid, sign, list = ""] = SILENT.exec(command) ?? []
      const before = known.get(Number(uid))
      const operation = sign === "+" ? "add" : sign === "-" ? "remove" : "replace"
      if (uid === undefined || !known.has(Number(uid))) return
      const isUnknown = before === undefined && operation !== "replace"
      known.set(Number(uid), isUnknown ? undefined : Flag.apply(before ?? [], operation, words(list)))
    },
    hear(line) {
      assert.notMatch(line, /^\* \d+ EXPUNGE/)
      if (isUidOnly) assert.notMatch(line, /^\* \d+ FETCH/)
      const exists = /^\* (\d+) EXISTS$/.exec(line)?.[1]
      const vanished = /^\* VANISHED (\(EARLIER\) )?([\d:,]+)$/.exec(line)
      const uidFetch = /^\* (\d+) UIDFETCH (.*)$/.exec(line)
      const byNumber = /^\* \d+ FETCH (.*\bUID (\d+).*)$/.exec(line)
      const highest = /OK \[HIGHESTMODSEQ (\d+)\]/.exec(line)?.[1]
      const validity = /OK \[UIDVALIDITY (\d+)\]/.exec(line)?.[1]
      if (exists !== undefined) count = Number(exists)
      if (validity !== undefined) uidValidity = Number(validity)
      if (highest !== undefined) heard = Math.max(heard, Number(highest))
      if (uidFetch !== null) fetched(uidFetch[2] ?? "", Number(uidFetch[1]))
      if (byNumber !== null) fetched(byNumber[1] ?? "", Number(byNumber[2]))
      if (vanished !== null) {
        assert.notMatch(current, KEEPS_NUMBERS)
        const uids = members(vanished[2] ?? "")
        for (const uid of uids) known.delete(uid)
        if (vanished[1] === undefined) count -= uids.length
      }
      if (line.startsWith("t OK") && !KEEPS_NUMBERS.test(current)) modSeq = Math.max(modSeq, heard)
    }
  }
}

export interface Wish {
  readonly at: number
  readonly flags: ReadonlyArray<string>
  readonly kind: number
  readonly operation: string
  readonly silent: boolean
}

export const commandOf = ({ at, flags, kind, operation, silent }: Wish, model: UidClientModel): string => {
  const uids = Array.from(model.known.keys())
  const uid = uids[at % Math.max(uids.length, 1)] ?? at + 1
  const list = `(${flags.join(" ")})`
  switch (kind) {
    case 0:
    case 1:
      return `APPEND INBOX ${list} {8+}\r\na: b\r\n\r\n`
    case 2:
      return "EXPUNGE"
    case 3:
      return `UID EXPUNGE ${uid}:*`
    case 4:
      return `UID STORE ${uid} ${operation}FLAGS${silent ? ".SILENT" : ""} ${list}`
    case 5:
      return `UID FETCH 1:* FLAGS${silent ? ` (CHANGEDSINCE ${model.modSeq} VANISHED)` : ""}`
    case 6:
      return "UID SEARCH RETURN (SAVE) UNSEEN"
    case 7:
      return "IDLE\r\nDONE"
    case 8:
      return model.resync
    case 9:
      return `UID COPY ${uid} INBOX`
    case 10:
      return `UID MOVE ${uid} ${silent ? "INBOX" : "Trash"}`
    case 11:
      return `UID FETCH ${uid} BODY[TEXT]`
    case 12:
      return `UID STORE ${uid} (UNCHANGEDSINCE ${model.modSeq}) ${operation}FLAGS ${list}`
    case 13:
      return `UID STORE $ ${operation}FLAGS ${list}`
    default:
      return "NOOP"
  }
}
