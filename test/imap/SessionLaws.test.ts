/** Any interleaving of what sessions do leaves each one's idea of the mailbox equal to the store's. */
import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Schema, Stream } from "effect"
import * as UidSet from "../../src/domain/mailbox/UidSet.ts"
import type { MailboxNotFound, MailStore, MailStoreError, MessageRecord } from "../../src/ports/MailStore.ts"
import { runs } from "../fuzz/Runs.ts"
import type { StoreName } from "./Account.ts"
import * as ClientModel from "./ClientModel.ts"
import { makeStage } from "./Transcript.ts"
import * as UidClientModel from "./UidClientModel.ts"

const SESSIONS = [1, 2, 3] as const

const KINDS = 16
const upTo = (maximum: number) => Schema.Int.check(Schema.isBetween({ minimum: 0, maximum }))

/** What a session does next, whatever it knows by then. */
const Move = Schema.Struct({
  session: Schema.Literals(SESSIONS),
  kind: upTo(KINDS - 1),
  at: upTo(7),
  flags: Schema.Array(Schema.Literals(["\\Seen", "\\Deleted", "\\Flagged", "word"])).check(Schema.isMaxLength(2)),
  operation: Schema.Literals(["+", "-", ""]),
  silent: Schema.Boolean
})
type Move = typeof Move.Type

const moves = Arbitrary.array(Arbitrary.schema(Move), { minLength: 10, maxLength: 60 })

/** What names no message by its number. */
const withoutNumbers = ({ at, flags, kind, operation, silent }: Move): string => {
  switch (kind) {
    case 0:
    case 1:
      return `APPEND INBOX (${flags.join(" ")}) {8+}\r\na: b\r\n\r\n`
    case 2:
      return "EXPUNGE"
    case 3:
      return `UID EXPUNGE ${at + 1}:*`
    case 4:
      return `UID STORE ${at + 1} ${operation}FLAGS${silent ? ".SILENT" : ""} (${flags.join(" ")})`
    case 5:
      return "UID FETCH 1:* FLAGS"
    case 6:
      return "UID SEARCH UNSEEN"
    case 7:
      return "IDLE\r\nDONE"
    case 8:
      return silent ? "SELECT INBOX" : "UID SEARCH ALL"
    default:
      return "NOOP"
  }
}

const commandOf = (move: Move, { messages }: ClientModel.ClientModel): string => {
  const { at, flags, kind, operation, silent } = move
  if (messages.length === 0) return withoutNumbers(move)
  const number = at % messages.length + 1
  switch (kind) {
    case 9:
      return `COPY ${number} INBOX`
    case 10:
      return `MOVE ${number} ${silent ? "INBOX" : "Trash"}`
    case 11:
      return `FETCH ${number} BODY[TEXT]`
    case 12:
    case 13:
      return `STORE ${number} ${operation}FLAGS${silent ? ".SILENT" : ""} (${flags.join(" ")})`
    case 14:
      return `REPLACE ${number} ${silent ? "Trash" : "INBOX"} {8+}\r\na: b\r\n\r\n`
    default:
      return kind === 8 && !silent ? "SEARCH ALL" : withoutNumbers(move)
  }
}

/** A session, by what it sends first and next, and what it makes of what it hears. */
interface Seat {
  readonly model: { begin(command: string): void; hear(line: string): void }
  readonly enables?: string
  readonly notify?: string
  readonly commandOf: (move: Move) => string
}

const plainSeat = (model: ClientModel.ClientModel): Seat => ({ model, commandOf: (move) => commandOf(move, model) })

/** All of the story, and then what a session is asked to say. */
const perform = Effect.fnUntraced(
  function*(
    kind: StoreName,
    story: ReadonlyArray<Move>,
    together: number,
    seats: Readonly<Record<number, Seat>>,
    aside: (store: MailStore["Service"], move: Move) => Effect.Effect<void, MailStoreError | MailboxNotFound> = () =>
      Effect.void
  ) {
    const stage = yield* makeStage({ store: kind, begin: "greeted" })
    const seatOf = (session: number): Seat => seats[session] ?? assert.fail()

    const hear = Effect.fnUntraced(function*(session: number) {
      const peer = yield* stage.peer(session)
      for (;;) {
        const line = yield* peer.line
        assert.isFalse(line === "(silence)" || line.startsWith("* BYE"), line)
        seatOf(session).model.hear(line)
        if (line.startsWith("t ")) {
          // What another session took away is not replaced.
          assert.match(line, /^t (OK|NO \[NONEXISTENT\]) /)
          return
        }
      }
    })
    const send = Effect.fnUntraced(function*(session: number, command: string) {
      seatOf(session).model.begin(command)
      yield* (yield* stage.peer(session)).send(`t ${command}\r\n`)
    })
    const ask = (session: number, command: string) => Effect.andThen(send(session, command), hear(session))

    for (let at = 0; at < 4; at++) yield* stage.deliver("a: b\r\n\r\n")
    for (const session of SESSIONS) {
      yield* ask(session, "LOGIN alice@leap.test \"correct horse\"")
      const { enables, notify } = seatOf(session)
      if (enables !== undefined) yield* ask(session, `ENABLE ${enables}`)
      yield* ask(session, "SELECT INBOX")
      yield* ask(session, "UID FETCH 1:* FLAGS")
      if (notify !== undefined) yield* ask(session, `NOTIFY SET ${notify}`)
    }
    for (let at = 0; at < story.length; at += together) {
      // One command a session at a time; those of one round run together.
      const round = new Map(story.slice(at, at + together).map((move) => [move.session, move]))
      for (const move of round.values()) yield* aside(stage.store, move)
      for (const move of round.values()) yield* send(move.session, seatOf(move.session).commandOf(move))
      for (const session of round.keys()) yield* hear(session)
    }
    const inbox = stage.store.mailbox("INBOX")
    const records = Effect.flatMap(
      inbox,
      ({ id }) => Stream.runCollect(stage.store.fetch(id, UidSet.all, {}))
    )
    return { ask, inbox, records, trashed: stage.store.mailbox("Trash") }
  }
)

const assertKnows = (
  { messages }: ClientModel.ClientModel,
  records: ReadonlyArray<MessageRecord>,
  session: number
): void => {
  assert.strictEqual(messages.length, records.length, `messages of session ${session}`)
  messages.forEach(({ flags, uid }, index) => {
    const record = records[index] ?? assert.fail()
    if (uid !== undefined) assert.strictEqual(uid, record.uid, `uid of ${index + 1} in session ${session}`)
    if (flags === undefined) return
    const told = `flags of ${index + 1} in session ${session}`
    assert.deepStrictEqual([...flags].sort(), [...record.flags].sort(), told)
  })
}

const play = Effect.fnUntraced(function*(kind: StoreName, story: ReadonlyArray<Move>, together: number) {
  const models = { 1: ClientModel.make(), 2: ClientModel.make(), 3: ClientModel.make() }
  const seats = { 1: plainSeat(models[1]), 2: plainSeat(models[2]), 3: plainSeat(models[3]) }
  const { ask, records } = yield* perform(kind, story, together, seats)
  for (const session of SESSIONS) yield* ask(session, "NOOP")
  const all = yield* records
  for (const session of SESSIONS) assertKnows(models[session], all, session)
})

describe("sessions of one account", () => {
  it.effect.prop("one after another, in memory", { moves }, ({ moves }) => Effect.scoped(play("memory", moves, 1)), {
    arbitrary: { runs: runs(75) }
  })

  it.effect.prop("together, in memory", { moves }, ({ moves }) => Effect.scoped(play("memory", moves, 3)), {
    arbitrary: { runs: runs(50) }
  })

  it.effect.prop(
    "together, on encrypted SQLite",
    { moves },
    ({ moves }) => Effect.scoped(play("encrypted SQLite", moves, 3)),
    { arbitrary: { runs: runs(30) } }
  )
})

/** The second goes by uids and modseqs, the third has no message numbers at all. */
const playByUid = Effect.fnUntraced(function*(kind: StoreName, story: ReadonlyArray<Move>, together: number) {
  const [plain, byUid, uidOnly] = [ClientModel.make(), UidClientModel.make(false), UidClientModel.make(true)]
  const stage = yield* perform(kind, story, together, {
    1: plainSeat(plain),
    2: { model: byUid, enables: "QRESYNC", commandOf: (move) => UidClientModel.commandOf(move, byUid) },
    3: { model: uidOnly, enables: "UIDONLY QRESYNC", commandOf: (move) => UidClientModel.commandOf(move, uidOnly) }
  })
  const { ask } = stage
  yield* ask(1, "NOOP")
  yield* ask(2, "NOOP")
  // It left without a word, and comes back with what it remembers.
  const remembered = new Set(uidOnly.known.keys())
  yield* ask(3, uidOnly.resync)

  const inbox = yield* stage.inbox
  const records = yield* stage.records
  assertKnows(plain, records, 1)
  for (const model of [byUid, uidOnly]) {
    assert.strictEqual(model.count, records.length)
    assert.isAtMost(model.modSeq, inbox.highestModSeq)
    for (const [uid, flags] of model.known) {
      const record = records.find((one) => one.uid === uid) ?? assert.fail(`${uid} is gone, and it was not told`)
      if (flags === undefined) continue
      assert.deepStrictEqual([...flags].sort(), [...record.flags].sort(), `flags of ${uid}`)
    }
  }
  assert.strictEqual(uidOnly.modSeq, inbox.highestModSeq)
  for (const { uid } of records) {
    if (remembered.has(uid)) assert.isTrue(uidOnly.known.has(uid), `${uid} is there, and it was told that it is not`)
  }
})

describe("sessions that go by uids and modseqs, beside one that does not", () => {
  it.effect.prop(
    "one after another, in memory",
    { moves },
    ({ moves }) => Effect.scoped(playByUid("memory", moves, 1)),
    { arbitrary: { runs: runs(50) } }
  )

  it.effect.prop(
    "together, on encrypted SQLite",
    { moves },
    ({ moves }) => Effect.scoped(playByUid("encrypted SQLite", moves, 3)),
    { arbitrary: { runs: runs(20) } }
  )
})

/** By uid alone: numbers mean something else at any time (RFC 5465 §5.3). */
const watcherCommand = (move: Move): string => {
  const { at, kind } = move
  switch (kind) {
    case 9:
      return `UID COPY ${at + 1} INBOX`
    case 10:
      return `UID MOVE ${at + 1} INBOX`
    case 14:
      return `UID REPLACE ${at + 1} INBOX {8+}\r\na: b\r\n\r\n`
    default:
      // What is told at any moment may be told before a silent change or after it: a client cannot know.
      return withoutNumbers({ ...move, kind: kind === 12 || kind === 13 ? 4 : kind, silent: kind === 8 })
  }
}

const STATUS = /^\* STATUS Trash \(MESSAGES (\d+) UIDNEXT (\d+)\)$/

/** What no session of the three does. */
const removeFromTrash = Effect.fnUntraced(function*(store: MailStore["Service"], { at, kind }: Move) {
  if (kind !== KINDS - 1) return
  const { id } = yield* store.mailbox("Trash")
  yield* store.flag(id, [{ from: 1, to: at + 1 }], "add", ["\\Deleted"])
  yield* store.expunge(id)
})

/** What others do is told without being asked for, of INBOX and of Trash, where they put things. */
const playWatched = Effect.fnUntraced(function*(kind: StoreName, story: ReadonlyArray<Move>, together: number) {
  const [plain, plainToo, watcher] = [ClientModel.make(), ClientModel.make(), ClientModel.make()]
  let trash = { messages: 0, uidNext: 1 }
  const hear = (line: string): void => {
    const [isStatus, messages, uidNext] = STATUS.exec(line) ?? []
    if (isStatus === undefined) watcher.hear(line)
    else trash = { messages: Number(messages), uidNext: Number(uidNext) }
  }
  const { ask, records, trashed } = yield* perform(kind, story, together, {
    1: plainSeat(plain),
    2: plainSeat(plainToo),
    3: {
      model: { begin: watcher.begin, hear },
      notify: "(selected (MessageNew (UID FLAGS) MessageExpunge FlagChange)) (personal (MessageNew MessageExpunge))",
      commandOf: watcherCommand
    }
  }, removeFromTrash)
  for (const session of SESSIONS) yield* ask(session, "NOOP")
  const all = yield* records
  assertKnows(plain, all, 1)
  assertKnows(plainToo, all, 2)
  assertKnows(watcher, all, 3)
  const { exists, uidNext } = yield* trashed
  assert.deepStrictEqual(trash, { messages: exists, uidNext })
})

describe("a session that is told without asking, beside two that are not", () => {
  it.effect.prop(
    "one after another, in memory",
    { moves },
    ({ moves }) => Effect.scoped(playWatched("memory", moves, 1)),
    { arbitrary: { runs: runs(50) } }
  )

  it.effect.prop(
    "together, on encrypted SQLite",
    { moves },
    ({ moves }) => Effect.scoped(playWatched("encrypted SQLite", moves, 3)),
    { arbitrary: { runs: runs(20) } }
  )
})
