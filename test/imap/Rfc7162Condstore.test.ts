/** CONDSTORE: the examples of RFC 7162, with the modseqs that this server gives. */
import { it } from "@effect/vitest"
import { Effect } from "effect"
import { makeStage, onEachStore, transcript } from "./Transcript.ts"

onEachStore("RFC 7162 §3.1 CONDSTORE", (options) => {
  /** `count` messages, one change each: the modseqs are 2 and up. */
  const withMessages = (count: number) =>
    Effect.gen(function*() {
      const stage = yield* makeStage({ ...options, begin: "selected" })
      for (let at = 1; at <= count; at++) yield* stage.deliver(`a: ${at}\r\n\r\n`)
      yield* stage.play("C: - NOOP\nS: - OK …")
      return stage
    })

  it.effect("§3.1.2.1 HIGHESTMODSEQ at SELECT, §3.1.8 SELECT with CONDSTORE, §3.1.7 STATUS", () =>
    Effect.gen(function*() {
      const { deliver, play } = yield* makeStage(options)
      yield* deliver("a: 1\r\n\r\n")
      yield* play(String.raw`
        C: A142 SELECT INBOX (CONDSTORE)
        S: * FLAGS …
        S: * 1 EXISTS
        S: * 0 RECENT
        S: * OK [UNSEEN 1] …
        S: * OK [PERMANENTFLAGS …
        S: * OK [UIDVALIDITY …
        S: * OK [UIDNEXT 2] …
        S: * OK [HIGHESTMODSEQ 2] Highest modseq
        S: * OK [MAILBOXID (inbox)] …
        S: A142 OK [READ-WRITE] Selected
        C: A143 STORE 1 +FLAGS (\Seen)
        S: * 1 FETCH (FLAGS (\Seen) MODSEQ (3))
        S: A143 OK …
        C: A144 SELECT INBOX (LISTEN)
        S: A144 BAD there is no such SELECT parameter (at character 20)
      `)
    }))

  it.effect("§3.1 STATUS of HIGHESTMODSEQ, by itself or in LIST, enables CONDSTORE", () =>
    Effect.gen(function*() {
      for (
        const [asked, answers] of [
          ["STATUS Sent (HIGHESTMODSEQ)", ["* STATUS Sent …"]],
          ["LIST \"\" Sent RETURN (STATUS (HIGHESTMODSEQ))", ["* LIST …", "* STATUS Sent …"]]
        ] as const
      ) {
        const { play } = yield* withMessages(1)
        yield* play(String.raw`
          C: a STATUS Sent (MESSAGES)
          S: * STATUS Sent (MESSAGES 0)
          S: a OK …
          C: b ${asked}
          S: * OK [HIGHESTMODSEQ 2] …
          ${answers.map((line) => `S: ${line}`).join("\n")}
          S: b OK …
          C: c STORE 1 +FLAGS (\Seen)
          S: * 1 FETCH (FLAGS (\Seen) MODSEQ (3))
          S: c OK …
        `)
      }
    }))

  it.effect("§3.1.3 STORE with UNCHANGEDSINCE: what others changed is left alone and named (examples 3 to 5)", () =>
    Effect.gen(function*() {
      const { play } = yield* withMessages(9)
      yield* play(String.raw`
        C: a103 UID STORE 6,4,8 (UNCHANGEDSINCE 12) +FLAGS.SILENT (\Deleted)
        S: * OK [HIGHESTMODSEQ 10] Modseqs are told
        S: * 4 FETCH (UID 4 MODSEQ (11))
        S: * 6 FETCH (UID 6 MODSEQ (11))
        S: * 8 FETCH (UID 8 MODSEQ (11))
        S: a103 OK STORE done
        C2: b STORE 7,9 +FLAGS.SILENT (\Seen)
        S2: b OK …
        C: d105 STORE 7,5,9 (UNCHANGEDSINCE 11) +FLAGS.SILENT (\Deleted)
        S: * 5 FETCH (MODSEQ (13))
        S: * 7 FETCH (UID 7 FLAGS (\Seen) MODSEQ (12))
        S: * 9 FETCH (UID 9 FLAGS (\Seen) MODSEQ (12))
        S: d105 OK [MODIFIED 7,9] Some had changed already and were left alone
        C: d106 UID STORE 5,7 (UNCHANGEDSINCE 12) FLAGS ($Processed)
        S: * 7 FETCH (UID 7 FLAGS ($Processed) MODSEQ (14))
        S: d106 OK [MODIFIED 5] …
      `)
    }))

  it.effect("§3.1.3 UNCHANGEDSINCE 0 changes nothing that there is", () =>
    Effect.gen(function*() {
      const { play } = yield* withMessages(1)
      yield* play(String.raw`
        C: a STORE 1 (UNCHANGEDSINCE 0) FLAGS.SILENT (\Seen)
        S: * OK [HIGHESTMODSEQ 2] …
        S: a OK [MODIFIED 1] …
        C: b STORE 1 (UNCHANGED 0) FLAGS.SILENT (\Seen)
        S: b BAD expected "UNCHANGEDSINCE" (at character 12)
      `)
    }))

  it.effect("§3.1.3 messages that went meanwhile: NO, with those that were left alone (example 8)", () =>
    Effect.gen(function*() {
      const { play } = yield* withMessages(3)
      yield* play(String.raw`
        C2: x STORE 1 +FLAGS.SILENT (\Deleted)
        S2: x OK …
        C2: y EXPUNGE
        S2: * 1 EXPUNGE
        S2: y OK …
        C2: z STORE 1 +FLAGS.SILENT (\Seen)
        S2: z OK …
        C: B001 STORE 1:3 (UNCHANGEDSINCE 4) +FLAGS (\Flagged)
        S: * OK [HIGHESTMODSEQ 4] …
        S: * 3 FETCH (FLAGS (\Flagged) MODSEQ (8))
        S: * 2 FETCH (UID 2 FLAGS (\Seen) MODSEQ (7))
        S: B001 NO [MODIFIED 2] Some of the messages are gone
        C: B002 NOOP
        S: * 1 EXPUNGE
        S: B002 OK …
      `)
    }))

  it.effect("§3.1.4.1 FETCH with CHANGEDSINCE implies MODSEQ (examples 12, 13), §3.1.4.2 MODSEQ (example 14)", () =>
    Effect.gen(function*() {
      const { play } = yield* withMessages(4)
      yield* play(String.raw`
        C: s099 STORE 4 +FLAGS.SILENT (\Seen)
        S: s099 OK …
        C: s100 UID FETCH 1:* (FLAGS) (CHANGEDSINCE 3)
        S: * OK [HIGHESTMODSEQ 6] …
        S: * 3 FETCH (UID 3 MODSEQ (4) FLAGS ())
        S: * 4 FETCH (UID 4 MODSEQ (6) FLAGS (\Seen))
        S: s100 OK …
        C: s101 FETCH 1:4 (FLAGS) (CHANGEDSINCE 90060115194045000)
        S: s101 OK …
        C: a FETCH 1:2 (MODSEQ)
        S: * 1 FETCH (MODSEQ (2))
        S: * 2 FETCH (MODSEQ (3))
        S: a OK …
        C: b FETCH 3 BODY[TEXT]
        S: * 3 FETCH (MODSEQ (7) FLAGS (\Seen) BODY[TEXT] {0}
        S: )
        S: b OK …
      `)
    }))

  it.effect("§3.1.5 MODSEQ in SEARCH, §3.1.6 in its answer (examples 15 to 17)", () =>
    Effect.gen(function*() {
      const { play } = yield* withMessages(4)
      yield* play(String.raw`
        C: a SEARCH MODSEQ 4
        S: * OK [HIGHESTMODSEQ 5] …
        S: * SEARCH 3 4 (MODSEQ 5)
        S: a OK …
        C: a1 SEARCH MODSEQ "/flags/\\draft" all 3 NOT MODSEQ 5
        S: * SEARCH 2 3 (MODSEQ 4)
        S: a1 OK …
        C: a2 SEARCH OR NOT MODSEQ 720162338 LARGER 50000
        S: * SEARCH 1 2 3 4 (MODSEQ 5)
        S: a2 OK …
        C: t SEARCH MODSEQ 9000000000000000000
        S: * SEARCH
        S: t OK …
        C: u SEARCH MODSEQ "/flags/\\draft" any 3
        S: u BAD expected priv, shared or all (at character 34)
      `)
    }))

  it.effect("§3.1.10 MODSEQ in ESEARCH is that of what it tells (RFC 4731 §3.2)", () =>
    Effect.gen(function*() {
      const { play } = yield* withMessages(4)
      yield* play(String.raw`
        C: s STORE 2 +FLAGS.SILENT (\Flagged)
        S: s OK …
        C: a UID SEARCH RETURN (MIN) MODSEQ 1
        S: * OK [HIGHESTMODSEQ 6] …
        S: * ESEARCH (TAG "a") UID MIN 1 MODSEQ 2
        S: a OK …
        C: b SEARCH RETURN (MIN MAX) MODSEQ 1
        S: * ESEARCH (TAG "b") MIN 1 MAX 4 MODSEQ 5
        S: b OK …
        C: c SEARCH RETURN (MAX COUNT) MODSEQ 1
        S: * ESEARCH (TAG "c") MAX 4 COUNT 4 MODSEQ 6
        S: c OK …
        C: d SEARCH RETURN (ALL COUNT) MODSEQ 7
        S: * ESEARCH (TAG "d") COUNT 0
        S: d OK …
      `)
    }))

  it.effect("§3.1.1 once it is enabled, all that is told of flags has its modseq", () =>
    Effect.gen(function*() {
      const { play } = yield* withMessages(2)
      yield* play(String.raw`
        C: a ENABLE CONDSTORE
        S: * ENABLED CONDSTORE
        S: * OK [HIGHESTMODSEQ 3] …
        S: a OK …
        C: b IDLE
        S: + idling
        C2: a STORE 2 +FLAGS (\Seen)
        S2: * 2 FETCH (FLAGS (\Seen))
        S2: a OK …
        S: * 2 FETCH (UID 2 FLAGS (\Seen) MODSEQ (4))
        C: DONE
        S: b OK …
        C: c STORE 2 +FLAGS (\Deleted)
        S: * 2 FETCH (FLAGS (\Seen \Deleted) MODSEQ (5))
        S: c OK …
        C: d EXPUNGE
        S: * 2 EXPUNGE
        S: d OK [HIGHESTMODSEQ 6] Expunged
        C: e EXPUNGE
        S: e OK Expunged
        C: f MOVE 1 Trash
        S: * OK [COPYUID …
        S: * 1 EXPUNGE
        S: f OK [HIGHESTMODSEQ 7] Moved
      `)
    }))

  it.effect("a modseq of more than 63 bits is none", () =>
    transcript(
      "C: a FETCH 1 FLAGS (CHANGEDSINCE 12345678901234567890)\nS: a BAD expected a mod-sequence (at character 31)",
      {
        ...options,
        begin: "selected"
      }
    ))
})
