/** A client's idea of its mailbox, made from nothing but what the server told it (RFC 3501 §5.2). */
import { assert } from "@effect/vitest"
import * as Flag from "../../src/domain/mailbox/Flag.ts"

/** What is not known was never told. */
export interface Known {
  uid: number | undefined
  flags: ReadonlyArray<string> | undefined
}

export interface ClientModel {
  readonly messages: ReadonlyArray<Known>
  /** Call it as the command is sent. */
  begin(command: string): void
  /** A line of the server. */
  hear(line: string): void
}

/** EXPUNGE would change the meaning of their numbers (RFC 3501 §7.4.1). */
const KEEPS_NUMBERS = /^(FETCH|STORE|SEARCH) /
const SILENT = /^(UID )?STORE (\d+) ([+-]?)FLAGS\.SILENT \(([^)]*)\)$/

const words = (text: string): ReadonlyArray<string> => text === "" ? [] : text.split(" ")

export const make = (): ClientModel => {
  let messages: Array<Known> = []
  let current = ""

  const changeSilently = (known: Known, operation: string, flags: ReadonlyArray<string>): void => {
    const meant = operation === "+" ? "add" : operation === "-" ? "remove" : "replace"
    known.flags = known.flags === undefined && meant !== "replace"
      ? undefined
      : Flag.apply(known.flags ?? [], meant, flags)
  }

  return {
    get messages() {
      return messages
    },
    begin(command) {
      current = command
      const silent = SILENT.exec(command)
      if (silent === null) return
      const [, byUid, named, operation = "", list = ""] = silent
      messages.forEach((known, index) => {
        if (byUid !== undefined && known.uid === undefined) known.flags = undefined
        const isNamed = (byUid === undefined ? index + 1 : known.uid) === Number(named)
        if (isNamed) changeSilently(known, operation, words(list))
      })
    },
    hear(line) {
      assert.notMatch(line, /^\* VANISHED|MODSEQ \(|UIDFETCH/, "what it did not ask for")
      // What comes from here on is not about the mailbox before (RFC 7162 §3.2.11).
      if (line.startsWith("* OK [CLOSED]")) messages = []
      const [, digits, word, rest = ""] = /^\* (\d+) (EXISTS|EXPUNGE|FETCH)(.*)$/.exec(line) ?? []
      const number = Number(digits)
      if (word === "EXISTS") {
        assert.isAtLeast(number, messages.length, "messages go by EXPUNGE only")
        while (messages.length < number) messages.push({ uid: undefined, flags: undefined })
      } else if (word === "EXPUNGE") {
        assert.notMatch(current, KEEPS_NUMBERS)
        assert.isTrue(number >= 1 && number <= messages.length, line)
        messages.splice(number - 1, 1)
      } else if (word === "FETCH") {
        const known = messages[number - 1] ?? assert.fail(`${line}, of ${messages.length}`)
        const uid = /\bUID (\d+)/.exec(rest)?.[1]
        const flags = /\bFLAGS \(([^)]*)\)/.exec(rest)?.[1]
        if (uid !== undefined) {
          assert.isTrue(known.uid === undefined || known.uid === Number(uid), line)
          known.uid = Number(uid)
        }
        if (flags !== undefined) known.flags = words(flags)
      }
    }
  }
}
