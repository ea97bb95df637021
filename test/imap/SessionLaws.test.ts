/** Any interleaving of what sessions do leaves each one's idea of the mailbox equal to the store's. */
import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Schema, Stream } from "effect"
import * as UidSet from "../../src/domain/mailbox/UidSet.ts"
import type { StoreName } from "./Account.ts"
import * as ClientModel from "./ClientModel.ts"
import { makeStage, type Peer } from "./Transcript.ts"
import * as UidClientModel from "./UidClientModel.ts"

const SESSIONS = [1, 2, 3] as const

const KINDS = 15
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

const commandOf = ({ at, flags, kind, operation, silent }: Move, { messages }: ClientModel.ClientModel): string => {
  const number = messages.length === 0 ? undefined : at % messages.length + 1
  const change = `${operation}FLAGS${silent ? ".SILENT" : ""} (${flags.join(" ")})`
  switch (kind) {
    case 0:
    case 1:
      return `APPEND INBOX (${flags.join(" ")}) {8+}\r\na: b\r\n\r\n`
    case 2:
      return "EXPUNGE"
    case 3:
      return `UID EXPUNGE ${at + 1}:*`
    case 4:
      return `UID STORE ${at + 1} ${change}`
    case 5:
      return "UID FETCH 1:* FLAGS"
    case 6:
      return "UID SEARCH UNSEEN"
    case 7:
      return "IDLE\r\nDONE"
    case 8:
      return silent ? "SELECT INBOX" : "SEARCH ALL"
    case 9:
      return number === undefined ? "NOOP" : `COPY ${number} INBOX`
    case 10:
      return number === undefined ? "NOOP" : `MOVE ${number} ${silent ? "INBOX" : "Trash"}`
    case 11:
      return number === undefined ? "NOOP" : `FETCH ${number} BODY[TEXT]`
    case 12:
    case 13:
      return number === undefined ? "NOOP" : `STORE ${number} ${change}`
    default:
      return "NOOP"
  }
}

const play = Effect.fnUntraced(function*(kind: StoreName, story: ReadonlyArray<Move>, together: number) {
  const stage = yield* makeStage({ store: kind, begin: "greeted" })
  const clients = new Map<number, { readonly model: ClientModel.ClientModel; readonly peer: Peer }>()

  const hear = Effect.fnUntraced(function*(session: number) {
    const client = clients.get(session) ?? assert.fail()
    for (;;) {
      const line = yield* client.peer.line
      if (line.startsWith("t ")) {
        assert.match(line, /^t OK /)
        return
      }
      assert.isFalse(line === "(silence)" || line.startsWith("* BYE"), line)
      client.model.hear(line)
    }
  })
  const send = (session: number, command: string) => {
    const client = clients.get(session) ?? assert.fail()
    client.model.begin(command)
    return client.peer.send(`t ${command}\r\n`)
  }
  const ask = (session: number, command: string) => Effect.andThen(send(session, command), hear(session))

  for (let at = 0; at < 4; at++) yield* stage.deliver("a: b\r\n\r\n")
  for (const session of SESSIONS) {
    clients.set(session, { model: ClientModel.make(), peer: yield* stage.peer(session) })
    yield* ask(session, "LOGIN alice@leap.test \"correct horse\"")
    yield* ask(session, "SELECT INBOX")
    yield* ask(session, "UID FETCH 1:* FLAGS")
  }
  for (let at = 0; at < story.length; at += together) {
    // One command a session at a time; those of one round run together.
    const round = new Map(story.slice(at, at + together).map((move) => [move.session, move]))
    for (const move of round.values()) {
      const { model } = clients.get(move.session) ?? assert.fail()
      yield* send(move.session, commandOf(move, model))
    }
    for (const session of round.keys()) yield* hear(session)
  }
  for (const session of SESSIONS) yield* ask(session, "NOOP")

  const inbox = yield* stage.store.mailbox("INBOX")
  const records = yield* Stream.runCollect(stage.store.fetch(inbox.id, UidSet.all, {}))
  for (const session of SESSIONS) {
    const { messages } = clients.get(session)?.model ?? assert.fail()
    assert.strictEqual(messages.length, records.length, `messages of session ${session}`)
    messages.forEach(({ flags, uid }, index) => {
      const record = records[index] ?? assert.fail()
      if (uid !== undefined) assert.strictEqual(uid, record.uid, `uid of ${index + 1} in session ${session}`)
      if (flags === undefined) return
      const told = `flags of ${index + 1} in session ${session}`
      assert.deepStrictEqual([...flags].sort(), [...record.flags].sort(), told)
    })
  }
})

describe("sessions of one account", () => {
  it.effect.prop("one after another, in memory", { moves }, ({ moves }) => Effect.scoped(play("memory", moves, 1)), {
    timeout: 60_000,
    arbitrary: { runs: 150 }
  })

  it.effect.prop("together, in memory", { moves }, ({ moves }) => Effect.scoped(play("memory", moves, 3)), {
    timeout: 60_000,
    arbitrary: { runs: 100 }
  })

  it.effect.prop(
    "together, on encrypted SQLite",
    { moves },
    ({ moves }) => Effect.scoped(play("encrypted SQLite", moves, 3)),
    { timeout: 60_000, arbitrary: { runs: 60 } }
  )
})

/** The second goes by uids and modseqs, the third has no message numbers at all. */
const playByUid = Effect.fnUntraced(function*(kind: StoreName, story: ReadonlyArray<Move>, together: number) {
  const stage = yield* makeStage({ store: kind, begin: "greeted" })
  const models = [ClientModel.make(), UidClientModel.make(false), UidClientModel.make(true)] as const
  const [plain, byUid, uidOnly] = models
  const modelOf = (session: number) => session === 1 ? plain : session === 2 ? byUid : uidOnly

  const hear = Effect.fnUntraced(function*(session: number) {
    const peer = yield* stage.peer(session)
    for (;;) {
      const line = yield* peer.line
      assert.isFalse(line === "(silence)" || line.startsWith("* BYE"), line)
      modelOf(session).hear(line)
      if (line.startsWith("t ")) {
        assert.match(line, /^t OK /)
        return
      }
    }
  })
  const send = Effect.fnUntraced(function*(session: number, command: string) {
    modelOf(session).begin(command)
    yield* (yield* stage.peer(session)).send(`t ${command}\r\n`)
  })
  const ask = (session: number, command: string) => Effect.andThen(send(session, command), hear(session))

  for (let at = 0; at < 4; at++) yield* stage.deliver("a: b\r\n\r\n")
  for (const session of SESSIONS) {
    yield* ask(session, "LOGIN alice@leap.test \"correct horse\"")
    if (session > 1) yield* ask(session, session === 2 ? "ENABLE QRESYNC" : "ENABLE UIDONLY QRESYNC")
    yield* ask(session, "SELECT INBOX")
    yield* ask(session, "UID FETCH 1:* FLAGS")
  }
  for (let at = 0; at < story.length; at += together) {
    const round = new Map(story.slice(at, at + together).map((move) => [move.session, move]))
    for (const move of round.values()) {
      const command = move.session === 1
        ? commandOf(move, plain)
        : UidClientModel.commandOf(move, move.session === 2 ? byUid : uidOnly)
      yield* send(move.session, command)
    }
    for (const session of round.keys()) yield* hear(session)
  }
  yield* ask(2, "NOOP")
  // It left without a word, and comes back with what it remembers.
  const remembered = new Set(uidOnly.known.keys())
  yield* ask(3, uidOnly.resync)

  const inbox = yield* stage.store.mailbox("INBOX")
  const records = yield* Stream.runCollect(stage.store.fetch(inbox.id, UidSet.all, {}))
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
    { timeout: 60_000, arbitrary: { runs: 100 } }
  )

  it.effect.prop(
    "together, on encrypted SQLite",
    { moves },
    ({ moves }) => Effect.scoped(playByUid("encrypted SQLite", moves, 3)),
    { timeout: 60_000, arbitrary: { runs: 40 } }
  )
})
