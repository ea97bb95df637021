/** Two and three sessions of one account: what each is told, and when. */
import { it } from "@effect/vitest"
import { Effect } from "effect"
import { makeStage, onEachStore } from "./Transcript.ts"

onEachStore("RFC 3501 §5.2, §5.5, §7.4.1 several sessions", (options) => {
  const withFive = Effect.gen(function*() {
    const stage = yield* makeStage({ ...options, begin: "selected" })
    for (let at = 1; at <= 5; at++) yield* stage.deliver(`a: ${at}\r\n\r\n`)
    // All three have the mailbox open before anything happens in it.
    yield* stage.play("C: a NOOP\nS: a OK …\nC2: a NOOP\nS2: a OK …\nC3: a NOOP\nS3: a OK …")
    return stage
  })

  it.effect("EXPUNGE is not told during FETCH, STORE and SEARCH by number, whose numbers keep their meaning", () =>
    Effect.gen(function*() {
      const { play } = yield* withFive
      yield* play(String.raw`
        C2: a STORE 2 +FLAGS.SILENT (\Deleted)
        S2: a OK …
        C2: b EXPUNGE
        S2: * 2 EXPUNGE
        S2: b OK …
        C: a FETCH 1:4 UID
        S: * 1 FETCH (UID 1)
        S: * 3 FETCH (UID 3)
        S: * 4 FETCH (UID 4)
        S: a OK [EXPUNGEISSUED] FETCH done
        C: b STORE 5 +FLAGS (\Seen)
        S: * 5 FETCH (FLAGS (\Seen))
        S: b OK [EXPUNGEISSUED] STORE done
        C: c SEARCH ALL
        S: * SEARCH 1 3 4 5
        S: c OK [EXPUNGEISSUED] SEARCH done
        C: d STORE 2 +FLAGS (\Seen)
        S: d OK [EXPUNGEISSUED] STORE done
        C: e NOOP
        S: * 2 EXPUNGE
        S: e OK …
        C: f FETCH 2:3 UID
        S: * 2 FETCH (UID 3)
        S: * 3 FETCH (UID 4)
        S: f OK FETCH done
      `)
    }))

  it.effect("EXPUNGE is told during the commands by uid, after what they answer", () =>
    Effect.gen(function*() {
      const { play } = yield* withFive
      yield* play(String.raw`
        C2: a UID STORE 1,3 +FLAGS.SILENT (\Deleted)
        S2: a OK …
        C2: b EXPUNGE
        S2: * 1 EXPUNGE
        S2: * 2 EXPUNGE
        S2: b OK …
        C: a UID FETCH 1:5 UID
        S: * 2 FETCH (UID 2)
        S: * 4 FETCH (UID 4)
        S: * 5 FETCH (UID 5)
        S: * 1 EXPUNGE
        S: * 2 EXPUNGE
        S: a OK FETCH done
        C3: a UID SEARCH ALL
        S3: * SEARCH 2 4 5
        S3: * 1 EXPUNGE
        S3: * 2 EXPUNGE
        S3: a OK SEARCH done
      `)
    }))

  it.effect("numbers are each session's own until it was told", () =>
    Effect.gen(function*() {
      const { play } = yield* withFive
      yield* play(String.raw`
        C: a STORE 1,2 +FLAGS.SILENT (\Deleted)
        S: a OK …
        C: b UID EXPUNGE 1
        S: * 1 EXPUNGE
        S: b OK …
        C2: a STORE 3 +FLAGS (\Flagged)
        S2: * 3 FETCH (FLAGS (\Flagged))
        S2: * 2 FETCH (UID 2 FLAGS (\Deleted))
        S2: a OK [EXPUNGEISSUED] …
        C: c FETCH 1:2 (UID FLAGS)
        S: * 1 FETCH (UID 2 FLAGS (\Deleted))
        S: * 2 FETCH (UID 3 FLAGS (\Flagged))
        S: * 2 FETCH (UID 3 FLAGS (\Flagged))
        S: c OK …
        C3: a COPY 5 INBOX
        S3: * 1 EXPUNGE
        S3: * 5 EXISTS
        S3: * 1 FETCH (UID 2 FLAGS (\Deleted))
        S3: * 2 FETCH (UID 3 FLAGS (\Flagged))
        S3: a OK [COPYUID … 5 6] Copied
        C: d EXPUNGE
        S: * 1 EXPUNGE
        S: * 4 EXISTS
        S: d OK …
        C2: b NOOP
        S2: * 1 EXPUNGE
        S2: * 1 EXPUNGE
        S2: * 4 EXISTS
        S2: b OK …
        C2: c FETCH 4 UID
        S2: * 4 FETCH (UID 6)
        S2: c OK …
        C3: b FETCH 5 UID
        S3: * 5 FETCH (UID 6)
        S3: b OK [EXPUNGEISSUED] …
      `)
    }))

  it.effect("a uid that another session was told of is known at the first command by uid", () =>
    Effect.gen(function*() {
      const { deliver, play } = yield* withFive
      yield* deliver("a: 6\r\n\r\n")
      yield* play(String.raw`
        C: a NOOP
        S: * 6 EXISTS
        S: a OK …
        C2: a UID FETCH 6 FLAGS
        S2: * 6 EXISTS
        S2: * 6 FETCH (UID 6 FLAGS ())
        S2: a OK …
        C3: a UID STORE 6 +FLAGS (\Seen)
        S3: * 6 EXISTS
        S3: * 6 FETCH (UID 6 FLAGS (\Seen))
        S3: a OK …
      `)
    }))

  it.effect("what came and went between two commands is not told at all", () =>
    Effect.gen(function*() {
      const { play } = yield* withFive
      yield* play(String.raw`
        C2: a APPEND INBOX (\Deleted) {4+}
        C2: a: b
        S2: * 6 EXISTS
        S2: a OK …
        C2: b EXPUNGE
        S2: * 6 EXPUNGE
        S2: b OK …
        C: a NOOP
        S: a OK …
        C2: c APPEND INBOX {4+}
        C2: a: b
        S2: * 6 EXISTS
        S2: c OK [APPENDUID … 7] …
        C: b NOOP
        S: * 6 EXISTS
        S: b OK …
      `)
    }))

  it.effect("flags of others are told once, one's own not at all", () =>
    Effect.gen(function*() {
      const { play } = yield* withFive
      yield* play(String.raw`
        C: a STORE 1 +FLAGS (\Seen)
        S: * 1 FETCH (FLAGS (\Seen))
        S: a OK …
        C: b NOOP
        S: b OK …
        C2: a NOOP
        S2: * 1 FETCH (UID 1 FLAGS (\Seen))
        S2: a OK …
        C2: b NOOP
        S2: b OK …
        C2: c STORE 1 +FLAGS.SILENT (\Seen)
        S2: c OK …
        C: c NOOP
        S: c OK …
        C3: a STORE 1 +FLAGS.SILENT (\Seen \Draft)
        S3: * 1 FETCH (UID 1 FLAGS (\Seen \Draft))
        S3: a OK …
      `)
    }))

  it.effect("a silent change on top of another's is not silent: the client could not know the whole", () =>
    Effect.gen(function*() {
      const { play } = yield* withFive
      yield* play(String.raw`
        C: a STORE 1 +FLAGS (\Flagged)
        S: * 1 FETCH (FLAGS (\Flagged))
        S: a OK …
        C2: a STORE 1:2 +FLAGS.SILENT (\Seen)
        S2: * 1 FETCH (UID 1 FLAGS (\Flagged \Seen))
        S2: a OK …
        C2: b NOOP
        S2: b OK …
        C3: a UID STORE 1 +FLAGS.SILENT (\Draft)
        S3: * 1 FETCH (UID 1 FLAGS (\Flagged \Seen \Draft))
        S3: * 2 FETCH (UID 2 FLAGS (\Seen))
        S3: a OK …
      `)
    }))

  it.effect("MOVE, RENAME of INBOX and CLOSE are told to the others as EXPUNGE", () =>
    Effect.gen(function*() {
      const { play } = yield* withFive
      yield* play(String.raw`
        C: a MOVE 1 Trash
        S: * OK [COPYUID … 1 1] Moved
        S: * 1 EXPUNGE
        S: a OK …
        C: b STORE 1 +FLAGS.SILENT (\Deleted)
        S: b OK …
        C: c CLOSE
        S: c OK …
        C2: a NOOP
        S2: * 1 EXPUNGE
        S2: * 1 EXPUNGE
        S2: a OK …
        C2: b RENAME INBOX old
        S2: * 1 EXPUNGE
        S2: * 1 EXPUNGE
        S2: * 1 EXPUNGE
        S2: b OK …
        C3: a CHECK
        S3: * 1 EXPUNGE
        S3: * 1 EXPUNGE
        S3: * 1 EXPUNGE
        S3: * 1 EXPUNGE
        S3: * 1 EXPUNGE
        S3: a OK …
      `)
    }))

  it.effect("a mailbox that is renamed stays open; one that is deleted is empty", () =>
    Effect.gen(function*() {
      const { play } = yield* withFive
      const opened = (session: number, name: string, count: number) => `
        C${session}: a SELECT ${name}
        S${session}: * OK [CLOSED] …
        S${session}: * FLAGS …
        S${session}: * ${count} EXISTS
        S${session}: * 0 RECENT
        S${session}: * OK [UNSEEN 1] …
        S${session}: * OK [PERMANENTFLAGS …
        S${session}: * OK [UIDVALIDITY …
        S${session}: * OK [UIDNEXT …
        S${session}: * OK [HIGHESTMODSEQ …
        S${session}: * OK [MAILBOXID …
        S${session}: a OK …`
      yield* play(String.raw`
        C: a CREATE x
        S: a OK …
        C: b COPY 1:2 x
        S: b OK …
        ${opened(2, "x", 2).trim()}
        ${opened(3, "x", 2).trim()}
        C: c RENAME x y
        S: c OK …
        C2: b STORE 1 +FLAGS (\Seen)
        S2: * 1 FETCH (FLAGS (\Seen))
        S2: b OK …
        C: d DELETE y
        S: d OK …
        C2: c FETCH 1:* FLAGS
        S2: c NO [NONEXISTENT] The selected mailbox was deleted
        C2: d COPY 1 INBOX
        S2: * 1 EXPUNGE
        S2: * 1 EXPUNGE
        S2: d NO [NONEXISTENT] The selected mailbox was deleted
        C2: e NOOP
        S2: e OK …
        C3: b EXPUNGE
        S3: * 1 EXPUNGE
        S3: * 1 EXPUNGE
        S3: b NO [NONEXISTENT] The selected mailbox was deleted
        C3: c SELECT y
        S3: * OK [CLOSED] …
        S3: c NO [NONEXISTENT] There is no mailbox y
      `)
    }))
})
