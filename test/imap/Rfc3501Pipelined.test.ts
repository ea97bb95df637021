import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { makeStage, onEachStore } from "./Transcript.ts"

const COUNT = 40

/** One message each; every seventh to a mailbox that there is not. */
const appends = Array.from({ length: COUNT }, (_, at) => {
  const message = `Subject: ${at}\r\n\r\n`
  return `a${at} APPEND ${at % 7 === 3 ? "Nowhere" : "INBOX"} {${message.length}+}\r\n${message}\r\n`
})
const isRefused = (at: number) => at % 7 === 3

onEachStore("RFC 3501 §5.5 commands that are not waited for", (options) => {
  it.effect("each APPEND is answered in its turn, and what follows sees them all", () =>
    Effect.gen(function*() {
      const { peer, play } = yield* makeStage({ ...options, begin: "selected" })
      yield* (yield* peer(1)).send(appends.join("") + "b NOOP\r\n")
      let uid = 0
      for (let at = 0; at < COUNT;) {
        const line = yield* (yield* peer(1)).line
        if (/^\* \d+ EXISTS$/.test(line)) continue
        assert.match(
          line,
          isRefused(at)
            ? new RegExp(`^a${at} NO \\[TRYCREATE\\] `)
            : new RegExp(`^a${at} OK \\[APPENDUID \\d+ ${++uid}\\] `)
        )
        at++
      }
      const subjects = appends.flatMap((_, at) => isRefused(at) ? [] : [at])
      yield* play([
        "S: b OK …",
        "C: c FETCH 1:* BODY.PEEK[HEADER.FIELDS (SUBJECT)]",
        ...subjects.flatMap((subject, index) => [
          `S: * ${index + 1} FETCH (BODY[HEADER.FIELDS (SUBJECT)] {${`Subject: ${subject}`.length + 4}}`,
          `S: Subject: ${subject}`,
          "S: ",
          "S: )"
        ]),
        "S: c OK …"
      ].join("\n"))
    }))

  it.effect("a message is answered though the next one is cut off, and one that was begun is not there", () =>
    Effect.gen(function*() {
      const { peer, play } = yield* makeStage({ ...options, begin: "selected" })
      const one = yield* peer(1)
      yield* one.send("a APPEND INBOX {4+}\r\na: 1\r\nb APPEND INBOX {100+}\r\na: ")
      yield* play("S: * 1 EXISTS\nS: a OK …")
      yield* one.hangUp
      yield* play("S: (closed)\nC2: c STATUS INBOX (MESSAGES)\nS2: * STATUS INBOX (MESSAGES 1)\nS2: c OK …")
    }))
})
