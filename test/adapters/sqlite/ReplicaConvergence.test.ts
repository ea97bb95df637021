/** Whatever three devices do, whenever they sync, are cut off or die: in the end they show the same mail. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Schema, Scope } from "effect"
import { env } from "node:process"
import * as UidSet from "../../../src/domain/mailbox/UidSet.ts"
import { Replication, ReplicationError } from "../../../src/ports/Replication.ts"
import { through } from "../../ports/ReplicationCalls.ts"
import { makeFile } from "./Files.ts"
import { type Account, append, type Home, makeAccount, makeHome, makeLightHome, showAll } from "./ReplicaHomes.ts"

/** `npm run simulate` sets how many, and puts the devices on files, so that they can die. */
const RUNS = Number(env["LEAP_MAIL_SIMULATE"] ?? 60)
const HAS_FILES = env["LEAP_MAIL_SIMULATE"] !== undefined

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
  /** It tells the others what it has seen: honest, the provider must never be suspected. */
  Attest: { device: Device },
  /** The line breaks at a call to the provider: before it is done, or before its answer is here. */
  Cut: { device: Device, calls: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 12 })), done: Schema.Boolean },
  /** Killed in a sync, and started again. */
  Die: { device: Device, calls: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 12 })), done: Schema.Boolean }
})
type Step = typeof Step.Type

let made = 0

/** A device and the life of its process. */
interface Alive {
  readonly file: string | undefined
  home: Home
  scope: Scope.Closeable
}

const wake = Effect.fnUntraced(function*(account: Account, file: string | undefined) {
  const scope = yield* Scope.fork(yield* Effect.scope)
  const home = yield* Scope.provide(file === undefined ? makeLightHome(account) : makeHome(account, file), scope)
  return { file, home, scope } satisfies Alive
})

/** Fails from the given call on. */
const breaking = (replication: Replication["Service"], calls: number, done: boolean): Replication["Service"] => {
  let left = calls
  const broken = new ReplicationError({ operation: "pull", transient: false, cause: new Error("the line was cut") })
  return through(replication, (call) =>
    Effect.suspend(() => {
      if (left-- > 0) return call
      return done ? Effect.andThen(call, broken) : broken
    }))
}

/** What a mail client could ask; what the store refuses is refused. */
const perform = Effect.fnUntraced(function*(account: Account, alive: Alive, step: Step) {
  const { home } = alive
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
      return yield* home.sync
    case "Attest":
      yield* home.sync
      return yield* home.attest
    case "Cut":
      return yield* Effect.ignore(home.syncOver(breaking(account.replication, step.calls, step.done)))
    case "Die": {
      yield* Effect.ignore(home.syncOver(breaking(account.replication, step.calls, step.done)))
      if (alive.file === undefined) return
      yield* Scope.close(alive.scope, Exit.void)
      return Object.assign(alive, yield* wake(account, alive.file))
    }
  }
}, Effect.catchTag(["MailboxNotFound", "MailboxRefused"], () => Effect.void))

/**
 * What a device still has to say. A message that nobody refers to any more is counted out in the device's own time, which
 * may be after it has synced: that is said, too, and then no more.
 */
const leftOf = Effect.fnUntraced(function*(home: Home) {
  for (let turn = 0; turn < 3 && (yield* home.replica.pending(1)).length > 0; turn++) yield* home.sync
  return yield* home.replica.pending(1)
})

describe("replication", () => {
  it.live.prop("ends in one state, and loses no message that nobody deleted", {
    steps: Schema.Array(Step).check(Schema.isMaxLength(60))
  }, ({ steps }) =>
    Effect.scoped(Effect.gen(function*() {
      const account = yield* makeAccount
      const file = HAS_FILES ? makeFile : Effect.undefined
      const device = Effect.flatMap(file, (name) => wake(account, name))
      const devices = yield* Effect.all([device, device, device])
      const before = made
      for (const step of steps) yield* perform(account, devices[step.device], step)
      const homes = devices.map(({ home }) => home)
      for (let round = 0; round < 4; round++) for (const home of homes) yield* home.sync
      yield* homes[0]?.attest ?? Effect.void
      for (const home of homes) yield* home.sync
      const fresh = yield* makeLightHome(account)
      yield* fresh.sync
      const [first, ...others] = yield* Effect.forEach([...homes, fresh], showAll)
      for (const other of others) assert.deepStrictEqual(other, first)
      for (const home of homes) assert.deepStrictEqual(yield* leftOf(home), [])
      if (!steps.some(({ _tag }) => _tag === "Delete" || _tag === "Expunge")) {
        const texts = new Set(first?.flatMap(({ messages }) => messages.map(({ text }) => text)))
        assert.strictEqual(texts.size, made - before)
      }
    })), { arbitrary: { runs: RUNS }, timeout: 20_000 + RUNS * 2000 })
})
