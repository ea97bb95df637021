/** Sessions that have a mailbox open which becomes one with another device's mailbox of the same name. */
import { describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { append, type Home, makeAccount, makeLightHome } from "../adapters/sqlite/ReplicaHomes.ts"
import { makeStage } from "./Transcript.ts"

/** The lesser id stays: until this one is greater. */
const createAfter = Effect.fnUntraced(function*(home: Home, name: string, id: string) {
  while ((yield* home.mail.create(name)).id < id) yield* home.mail.delete(name)
})

const opened = (session: number, name: string) => `
  C${session}: a SELECT ${name}
  S${session}: (until) a OK …`

describe("mailboxes that become one", () => {
  it.effect("stay open where uids stay, and tell what came with the other", () =>
    Effect.gen(function*() {
      const account = yield* makeAccount
      const [a, b] = [yield* makeLightHome(account), yield* makeLightHome(account)]
      const { id } = yield* a.mail.create("Work")
      yield* createAfter(b, "Work", id)
      yield* append(a, "Work", "Subject: theirs\r\n\r\n")
      yield* append(b, "Work", "Subject: ours\r\n\r\n")
      const { play } = yield* makeStage({ watched: () => b.mail })
      yield* play(opened(1, "Work") + opened(2, "Work") + opened(3, "Work"))
      yield* play("C: b IDLE\nS: + idling")
      yield* TestClock.withLive(a.sync)
      yield* TestClock.withLive(b.sync)
      yield* play(String.raw`
        S: * 2 EXISTS
        C: DONE
        S: b OK …
        C: c UID FETCH 1:* (RFC822.SIZE)
        S: * 1 FETCH (UID 1 RFC822.SIZE 17)
        S: * 2 FETCH (UID 2 RFC822.SIZE 19)
        S: c OK …
        C2: b STORE 1 +FLAGS (\Flagged)
        S2: * 1 FETCH (FLAGS (\Flagged))
        S2: * 2 EXISTS
        S2: b OK …
        C3: b NOOP
        S3: * 2 EXISTS
        S3: * 1 FETCH (UID 1 FLAGS (\Flagged))
        S3: b OK …
        C: d NOOP
        S: * 1 FETCH (UID 1 FLAGS (\Flagged))
        S: d OK …
      `)
    }))

  it.effect("end the sessions whose uids are gone, and no message of theirs is told as deleted", () =>
    Effect.gen(function*() {
      const account = yield* makeAccount
      const [a, b] = [yield* makeLightHome(account), yield* makeLightHome(account)]
      const { id } = yield* a.mail.create("Old")
      yield* append(a, "Old", "Subject: theirs\r\n\r\n")
      yield* TestClock.withLive(a.sync)
      yield* TestClock.withLive(b.sync)
      yield* createAfter(b, "Work", id)
      yield* append(b, "Work", "Subject: ours\r\n\r\n")
      const { play } = yield* makeStage({ watched: () => b.mail })
      yield* play(opened(1, "Work") + opened(2, "Work") + opened(3, "Old"))
      yield* play("C: b IDLE\nS: + idling")
      yield* a.mail.rename("Old", "Work")
      yield* TestClock.withLive(a.sync)
      yield* TestClock.withLive(b.sync)
      yield* play(String.raw`
        S: * BYE The mailbox is another one …
        S: (closed)
        C2: b UID FETCH 1:* (FLAGS)
        S2: * BYE The mailbox is another one …
        S2: (closed)
        C3: b NOOP
        S3: * 2 EXISTS
        S3: b OK …
        C3: c UID FETCH 2 (RFC822.SIZE)
        S3: * 2 FETCH (UID 2 RFC822.SIZE 17)
        S3: c OK …
      `)
    }))
})
