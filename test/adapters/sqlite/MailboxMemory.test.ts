/** What is kept of mailboxes in memory is what the file says, whatever is done, undone, or read ahead meanwhile. */
import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Layer, Result, Schema } from "effect"
import * as MailboxStates from "../../../src/adapters/sqlite/MailboxStates.ts"
import type { MailboxRow } from "../../../src/adapters/sqlite/MailboxTable.ts"
import * as MailEngine from "../../../src/adapters/sqlite/MailEngine.ts"
import * as SqliteClient from "../../../src/adapters/sqlite/SqliteClient.ts"
import { type MailboxId, parseName } from "../../../src/domain/mailbox/Mailbox.ts"
import type { MailboxState } from "../../../src/domain/mailbox/MailboxState.ts"
import { encode } from "../../../src/domain/mailbox/PlacementColumns.ts"
import * as Placements from "../../../src/domain/mailbox/Placements.ts"
import * as UidSet from "../../../src/domain/mailbox/UidSet.ts"
import { key, makeFile } from "./Files.ts"

type Engine = MailEngine.MailEngine["Service"]

const Name = Schema.Literals(["INBOX", "Sent", "a", "b"])
const Uids = Schema.Array(Schema.Struct({ from: Schema.Literals([1, 3, 140]), to: Schema.Literals([2, 150, 600]) }))
const Step = Schema.TaggedUnion({
  Place: { name: Name, count: Schema.Literals([1, 50, 200]), flags: Schema.Array(Schema.Literals(["\\Seen", "$a"])) },
  Flag: {
    name: Name,
    uids: Uids,
    operation: Schema.Literals(["add", "remove"]),
    flag: Schema.Literals(["\\Seen", "$a"])
  },
  Remove: { name: Name, uids: Uids },
  Move: { name: Name, uids: Uids, to: Name },
  Create: { name: Name },
  Rename: { name: Name, to: Name },
  Delete: { name: Name },
  Subscribe: { name: Name, isOn: Schema.Boolean },
  /** Past all our code, as replication does. */
  Foreign: { name: Name, id: Schema.Literals(["x", "y"]) },
  /** One step of reading ahead. */
  Warm: { name: Name }
})
type Step = typeof Step.Type
/** What becomes of a step that was taken. */
const End = Schema.Literals(["kept", "kept", "refused", "thrown"])
const steps = Arbitrary.array(Arbitrary.schema(Schema.Struct({ step: Step, end: End })), { maxLength: 25 })

const shown = ({ placements, ...counters }: MailboxState) => ({
  ...counters,
  uids: Placements.uids(placements),
  octets: placements.map(encode)
})

const named = (name: string) => {
  const parsed = parseName(name)
  return "refused" in parsed ? assert.fail(parsed.refused) : parsed.name
}

const idOf = ({ mailboxes }: Engine, name: string): MailboxId | undefined =>
  mailboxes.named(named(name)).pipe(Result.map((row) => row.object_id as MailboxId), Result.getOrUndefined)

const onRow = (engine: Engine, name: string, f: (row: MailboxRow) => unknown): void => {
  const row = Result.getOrUndefined(engine.mailboxes.named(named(name)))
  if (row !== undefined) f(row)
}

const perform = (engine: Engine, step: Exclude<Step, { _tag: "Warm" }>): void => {
  const { changes, database, mailboxes } = engine
  switch (step._tag) {
    case "Place":
      return onRow(engine, step.name, (row) => {
        const news = Array.from({ length: step.count }, (_, at) => ({
          message: row.uid_next + at,
          size: at,
          flags: step.flags,
          internalDate: -at
        }))
        changes.place(row, news, 1)
      })
    case "Flag":
      return onRow(
        engine,
        step.name,
        (row) => changes.flag(row, UidSet.fromRanges(step.uids), step.operation, [step.flag])
      )
    case "Remove":
      return onRow(engine, step.name, (row) => changes.remove(row, UidSet.fromRanges(step.uids)))
    case "Move": {
      const [from, to] = [idOf(engine, step.name), idOf(engine, step.to)]
      if (from !== undefined && to !== undefined) changes.move(from, UidSet.fromRanges(step.uids), to, 1)
      return
    }
    case "Create":
      mailboxes.create(named(step.name), undefined, 1)
      return
    case "Rename":
      // INBOX stays where it is: what moves is above.
      if (step.name !== "INBOX") mailboxes.rename(named(step.name), named(step.to), 1)
      return
    case "Delete":
      Result.map(mailboxes.deletable(named(step.name)), (row) => {
        changes.empty(row)
        mailboxes.remove(row)
      })
      return
    case "Subscribe":
      return onRow(engine, step.name, (row) => mailboxes.setSubscribed(row, step.isOn))
    case "Foreign":
      database.handle.prepare(
        "UPDATE OR IGNORE mailbox SET object_id = ?, special_use = NULL WHERE name = ?"
      ).run(step.id, step.name)
      return
  }
}

const assertTrue = (engine: Engine): void => {
  const { database, mailboxes, states } = engine
  // Read anew: it has nothing in memory.
  const fresh = MailboxStates.make(database)
  for (const row of mailboxes.list()) {
    assert.deepStrictEqual(Result.getOrThrow(mailboxes.get(row.object_id as MailboxId)), row)
    assert.deepStrictEqual(Result.getOrThrow(mailboxes.named(row.name)), row)
    assert.deepStrictEqual(shown(states.get(row)), shown(fresh.get(row)))
  }
}

const engineLayer = (filename: string) =>
  Layer.fresh(MailEngine.layer.pipe(Layer.provide(SqliteClient.layer({ filename, key }))))

const fill = Effect.gen(function*() {
  const engine = yield* MailEngine.MailEngine
  yield* engine.database.write(() => {
    for (const name of ["INBOX", "Sent", "a"]) {
      perform(engine, { _tag: "Create", name: named(name) as "a" })
      perform(engine, { _tag: "Place", name: name as "a", count: 200, flags: ["$a"] })
      perform(engine, { _tag: "Place", name: name as "a", count: 200, flags: [] })
    }
  })
})

describe("What is kept of mailboxes in memory", () => {
  it.effect.prop("is what the file says", { steps }, ({ steps }) =>
    Effect.gen(function*() {
      const filename = yield* makeFile
      yield* Effect.provide(fill, engineLayer(filename))
      yield* Effect.gen(function*() {
        const engine = yield* MailEngine.MailEngine
        const { database, mailboxes, states } = engine
        const warming = new Map<string, ReturnType<typeof states.warm>>()
        for (const { end, step } of steps) {
          if (step._tag === "Warm") {
            const ahead = warming.get(step.name) ?? states.warm(() => mailboxes.named(named(step.name)), 1)
            warming.set(step.name, ahead)
            yield* database.read(() => ahead.next())
            continue
          }
          yield* database.writeResult(() => {
            perform(engine, step)
            // What is read within the change counts for nothing if that is undone.
            onRow(engine, step.name, (row) => states.get(row))
            if (end === "thrown") throw new Error("Undone")
            return end === "kept" ? Result.succeed(undefined) : Result.fail("Undone" as const)
          }).pipe(Effect.exit)
          // Not after each: what was not looked at is to be read ahead.
          if (step._tag === "Foreign" || step._tag === "Subscribe") yield* database.read(() => assertTrue(engine))
        }
        yield* database.read(() => assertTrue(engine))
      }).pipe(Effect.provide(engineLayer(filename)))
    }).pipe(Effect.scoped), { arbitrary: { runs: 25 } })
})
