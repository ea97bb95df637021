/** Whatever three devices do and whenever they sync: in the end they show the same mail. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as UidSet from "../../../src/domain/mailbox/UidSet.ts"
import { append, type Home, makeAccount, makeLightHome, showAll } from "./ReplicaHomes.ts"

const Name = Schema.Literals(["INBOX", "Archive", "x", "x/y", "z"])
const Device = Schema.Literals([0, 1, 2])
const Step = Schema.TaggedUnion({
  Append: { device: Device, name: Name },
  Create: { device: Device, name: Name },
  Delete: { device: Device, name: Name },
  Rename: { device: Device, name: Name, to: Name },
  Move: { device: Device, name: Name, to: Name },
  Flag: {
    device: Device,
    name: Name,
    flag: Schema.Literals(["\\Seen", "$a"]),
    operation: Schema.Literals(["add", "remove"])
  },
  Expunge: { device: Device, name: Name },
  Sync: { device: Device },
  SyncToo: { device: Device }
})
type Step = typeof Step.Type

let made = 0

/** What a mail client could ask; what the store refuses is refused. */
const perform = Effect.fnUntraced(function*(home: Home, step: Step) {
  switch (step._tag) {
    case "Append":
      yield* append(home, step.name, `message ${made}`)
      made++
      return
    case "Create":
      return yield* home.mail.create(step.name)
    case "Delete":
      return yield* home.mail.delete(step.name)
    case "Rename":
      return yield* home.mail.rename(step.name, step.to)
    case "Move": {
      const [from, to] = [yield* home.mail.mailbox(step.name), yield* home.mail.mailbox(step.to)]
      return yield* home.mail.move(from.id, UidSet.fromRanges([{ from: 1, to: 2 }]), to.id)
    }
    case "Flag": {
      const { id } = yield* home.mail.mailbox(step.name)
      return yield* home.mail.flag(id, UidSet.all, step.operation, [step.flag])
    }
    case "Expunge": {
      const { id } = yield* home.mail.mailbox(step.name)
      yield* home.mail.flag(id, UidSet.fromUids([1]), "add", ["\\Deleted"])
      return yield* home.mail.expunge(id)
    }
    case "Sync":
    case "SyncToo":
      return yield* home.sync
  }
}, Effect.catchTag(["MailboxNotFound", "MailboxRefused"], () => Effect.void))

describe("replication", () => {
  it.live.prop("ends in one state, and loses no message that nobody deleted", {
    steps: Schema.Array(Step).check(Schema.isMaxLength(60))
  }, ({ steps }) =>
    Effect.scoped(Effect.gen(function*() {
      const account = yield* makeAccount
      const homes = yield* Effect.all([
        makeLightHome(account),
        makeLightHome(account),
        makeLightHome(account)
      ])
      const before = made
      for (const step of steps) yield* perform(homes[step.device], step)
      for (let round = 0; round < 5; round++) for (const home of homes) yield* home.sync
      const fresh = yield* makeLightHome(account)
      yield* fresh.sync
      const [first, ...others] = yield* Effect.forEach([...homes, fresh], showAll)
      for (const other of others) assert.deepStrictEqual(other, first)
      for (const home of homes) assert.deepStrictEqual(yield* home.replica.pending(1), [])
      if (!steps.some(({ _tag }) => _tag === "Delete" || _tag === "Expunge")) {
        const texts = new Set(first?.flatMap(({ messages }) => messages.map(({ text }) => text)))
        assert.strictEqual(texts.size, made - before)
      }
    })), { arbitrary: { runs: 100 } })
})
