import { it } from "@effect/vitest"
import { Effect } from "effect"
import { makeStage, onEachStore } from "./Transcript.ts"

onEachStore("RFC 3501 §6.4.6 STORE, §6.4.8 UID STORE", (options) => {
  const withThree = Effect.gen(function*() {
    const stage = yield* makeStage({ ...options, begin: "selected" })
    for (let at = 1; at <= 3; at++) yield* stage.deliver(`a: ${at}\r\n\r\n`)
    return stage
  })

  it.effect("adds (the RFC's example), removes and replaces", () =>
    Effect.gen(function*() {
      const { play } = yield* withThree
      yield* play(String.raw`
        C: A003 STORE 2:3 +FLAGS (\Deleted)
        S: * 2 FETCH (FLAGS (\Deleted))
        S: * 3 FETCH (FLAGS (\Deleted))
        S: A003 OK …
        C: a STORE 2 +flags \Seen $Forwarded
        S: * 2 FETCH (FLAGS (\Deleted \Seen $Forwarded))
        S: a OK …
        C: b STORE 2:3 -FLAGS (\DELETED $forwarded unknown)
        S: * 2 FETCH (FLAGS (\Seen))
        S: * 3 FETCH (FLAGS ())
        S: b OK …
        C: c STORE 1:* FLAGS (\Answered)
        S: * 1 FETCH (FLAGS (\Answered))
        S: * 2 FETCH (FLAGS (\Answered))
        S: * 3 FETCH (FLAGS (\Answered))
        S: c OK …
        C: d STORE 1 FLAGS ()
        S: * 1 FETCH (FLAGS ())
        S: d OK …
        C: e UID STORE 3,7 +FLAGS (\Draft)
        S: * 3 FETCH (UID 3 FLAGS (\Answered \Draft))
        S: e OK …
        C: f UID STORE 7 +FLAGS (\Draft)
        S: f OK …
        C: g STORE 4 +FLAGS (\Draft)
        S: g BAD There are not so many messages in this mailbox
      `)
    }))

  it.effect("tells what is, also of those that had the flags before; .SILENT tells nothing", () =>
    Effect.gen(function*() {
      const { play } = yield* withThree
      yield* play(String.raw`
        C: a STORE 1:2 +FLAGS.SILENT (\Seen)
        S: a OK …
        C: b STORE 1:3 +FLAGS (\Seen)
        S: * 1 FETCH (FLAGS (\Seen))
        S: * 2 FETCH (FLAGS (\Seen))
        S: * 3 FETCH (FLAGS (\Seen))
        S: b OK …
        C: c STORE 1:* FLAGS.SILENT (\Flagged)
        S: c OK …
        C: d STORE 1:* -FLAGS.SILENT (\Flagged)
        S: d OK …
        C: e NOOP
        S: e OK …
        C: f FETCH 1:* FLAGS
        S: * 1 FETCH (FLAGS ())
        S: * 2 FETCH (FLAGS ())
        S: * 3 FETCH (FLAGS ())
        S: f OK …
      `)
    }))
})

onEachStore("RFC 3501 §6.4.3 EXPUNGE, RFC 4315 UID EXPUNGE", (options) => {
  const withDeleted = (...deleted: ReadonlyArray<number>) =>
    Effect.gen(function*() {
      const stage = yield* makeStage({ ...options, begin: "selected" })
      for (let at = 1; at <= 11; at++) {
        yield* stage.deliver(`a: ${at}\r\n\r\n`, { flags: deleted.includes(at) ? ["\\Deleted"] : [] })
      }
      return stage
    })

  it.effect("the RFC's example: each number counts after those before it", () =>
    Effect.gen(function*() {
      const { play } = yield* withDeleted(3, 4, 7, 11)
      yield* play(`
        C: A202 EXPUNGE
        S: * 3 EXPUNGE
        S: * 3 EXPUNGE
        S: * 5 EXPUNGE
        S: * 8 EXPUNGE
        S: A202 OK …
        C: a EXPUNGE
        S: a OK …
        C: b FETCH 3:5 UID
        S: * 3 FETCH (UID 5)
        S: * 4 FETCH (UID 6)
        S: * 5 FETCH (UID 8)
        S: b OK …
      `)
    }))

  it.effect("UID EXPUNGE takes only those named, and only those deleted", () =>
    Effect.gen(function*() {
      const { play } = yield* withDeleted(3, 4, 7, 11)
      yield* play(`
        C: a UID EXPUNGE 1:3,7
        S: * 3 EXPUNGE
        S: * 6 EXPUNGE
        S: a OK …
        C: b UID EXPUNGE 99:*
        S: * 9 EXPUNGE
        S: b OK …
        C: c UID EXPUNGE 5
        S: c OK …
        C: d STATUS INBOX (MESSAGES UIDNEXT)
        S: * STATUS INBOX (MESSAGES 8 UIDNEXT 12)
        S: d OK …
      `)
    }))
})

onEachStore("RFC 3501 §6.4.7 COPY, RFC 6851 MOVE, RFC 4315 COPYUID", (options) => {
  const withThree = Effect.gen(function*() {
    const stage = yield* makeStage({ ...options, begin: "selected" })
    yield* stage.deliver("a: 0\r\n\r\n", { mailbox: "Archive" })
    for (let at = 1; at <= 3; at++) {
      yield* stage.deliver(`a: ${at}\r\n\r\n`, { flags: ["\\Flagged", `word${at}`], at: at * 1000 })
    }
    return stage
  })

  it.effect("copies take flags and date along", () =>
    Effect.gen(function*() {
      const { play } = yield* withThree
      yield* play(String.raw`
        C: A003 COPY 2:3 Archive
        S: A003 OK [COPYUID «archive» 2:3 2:3] Copied
        C: a UID COPY 1,9 Archive
        S: a OK [COPYUID «archive» 1 4] Copied
        C: b UID COPY 9 Archive
        S: b OK Nothing was there to copy
        C: c COPY 4 Archive
        S: c BAD There are not so many messages in this mailbox
        C: d COPY 1 Nowhere
        S: d NO [TRYCREATE] There is no mailbox Nowhere
        C: e COPY 1 INBOX
        S: * 4 EXISTS
        S: e OK [COPYUID … 1 4] Copied
        C: f FETCH 4 (FLAGS INTERNALDATE BODY.PEEK[])
        S: * 4 FETCH (FLAGS (\Flagged word1) INTERNALDATE " 1-Jan-1970 00:00:01 +0000" BODY[] {8}
        S: a: 1
        S:
        S: )
        S: f OK …
        C: g STATUS Archive (MESSAGES UIDVALIDITY)
        S: * STATUS Archive (MESSAGES 4 UIDVALIDITY «archive»)
        S: g OK …
      `)
    }))

  it.effect("RFC 6851 §4.3: COPYUID comes before the EXPUNGEs", () =>
    Effect.gen(function*() {
      const { play } = yield* withThree
      yield* play(String.raw`
        C: a UID MOVE 1:2 Archive
        S: * OK [COPYUID «archive» 1:2 2:3] Moved
        S: * 1 EXPUNGE
        S: * 1 EXPUNGE
        S: a OK Moved
        C: b MOVE 1 Archive
        S: * OK [COPYUID «archive» 3 4] Moved
        S: * 1 EXPUNGE
        S: b OK Moved
        C: c MOVE 1 Archive
        S: c BAD There are not so many messages in this mailbox
        C: d UID MOVE 1 Archive
        S: d OK Nothing was there to move
        C: e MOVE 1:* Nowhere
        S: e NO [TRYCREATE] There is no mailbox Nowhere
        C: f STATUS Archive (MESSAGES UIDNEXT)
        S: * STATUS Archive (MESSAGES 4 UIDNEXT 5)
        S: f OK …
      `)
    }))

  it.effect("a message moved to where it is gets a new uid", () =>
    Effect.gen(function*() {
      const { play } = yield* withThree
      yield* play(String.raw`
        C: a MOVE 2 INBOX
        S: * OK [COPYUID … 2 4] Moved
        S: * 2 EXPUNGE
        S: * 3 EXISTS
        S: a OK Moved
        C: b FETCH 1:* (UID FLAGS)
        S: * 1 FETCH (UID 1 FLAGS (\Flagged word1))
        S: * 2 FETCH (UID 3 FLAGS (\Flagged word3))
        S: * 3 FETCH (UID 4 FLAGS (\Flagged word2))
        S: b OK …
      `)
    }))
})
