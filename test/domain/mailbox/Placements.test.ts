import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { type Chunk, NAMES, type Placement } from "../../../src/domain/mailbox/Chunk.ts"
import * as Flag from "../../../src/domain/mailbox/Flag.ts"
import * as MailboxState from "../../../src/domain/mailbox/MailboxState.ts"
import { decodeUnsafe, encode } from "../../../src/domain/mailbox/PlacementColumns.ts"
import * as Placements from "../../../src/domain/mailbox/Placements.ts"
import { reflag } from "../../../src/domain/mailbox/Reflag.ts"
import * as UidSet from "../../../src/domain/mailbox/UidSet.ts"

const flags = Schema.Array(Schema.Literals(["\\Seen", "\\SEEN", "\\Deleted", "$Forwarded", "work", "Äpfel"]))
const range = Schema.Struct({ from: Schema.Int, to: Schema.Int })

const Step = Schema.TaggedUnion({
  Place: { count: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 300 })), flags },
  Remove: { ranges: Schema.Array(range), isDeletedOnly: Schema.Boolean },
  Flag: {
    ranges: Schema.Array(range),
    operation: Schema.Literals(["add", "remove", "replace"]),
    flags,
    unchangedSince: Schema.UndefinedOr(Schema.Int)
  }
})
type Step = typeof Step.Type
const steps = Arbitrary.array(Arbitrary.schema(Step), { maxLength: 12 })

/** What the whole is to be: a list, gone through from end to end. */
interface Plain {
  readonly uidNext: number
  readonly modSeq: number
  readonly list: ReadonlyArray<Placement>
}

/** Ranges near the uids that there are. */
const near = (ranges: ReadonlyArray<typeof range.Type>, uidNext: number): UidSet.UidSet =>
  UidSet.fromRanges(ranges.map(({ from, to }) => ({
    from: 1 + Math.abs(from) % (uidNext + 5),
    to: 1 + Math.abs(to) % (uidNext + 5)
  })))

const isIn = (set: UidSet.UidSet) => ({ uid }: Placement): boolean => UidSet.has(set, uid)

const plainStep = (self: Plain, step: Step): Plain => {
  const modSeq = self.modSeq + 1
  switch (step._tag) {
    case "Place": {
      const [state] = MailboxState.place(
        { ...MailboxState.empty, uidNext: self.uidNext, modSeq: self.modSeq },
        news(step),
        7
      )
      const added = Placements.list(state.placements, UidSet.all)
      return added.length === 0
        ? self
        : { uidNext: self.uidNext + added.length, modSeq, list: [...self.list, ...added] }
    }
    case "Remove": {
      const set = near(step.ranges, self.uidNext)
      const list = self.list.filter((one) =>
        !(isIn(set)(one) && (!step.isDeletedOnly || Flag.includes(one.flags, "\\Deleted")))
      )
      return list.length === self.list.length ? self : { ...self, modSeq, list }
    }
    case "Flag": {
      const set = near(step.ranges, self.uidNext)
      const since = step.unchangedSince ?? Infinity
      const list = self.list.map((one) => {
        const next = Flag.apply(one.flags, step.operation, step.flags)
        return !isIn(set)(one) || one.modSeq > since || next === one.flags ? one : { ...one, flags: next, modSeq }
      })
      return list.every((one, index) => one === self.list[index]) ? self : { ...self, modSeq, list }
    }
  }
}

const news = ({ count, flags }: Extract<Step, { _tag: "Place" }>): ReadonlyArray<MailboxState.NewPlacement> =>
  Array.from({ length: count }, (_, index) => ({ message: index, size: 10 * index, flags, internalDate: -index }))

const realStep = (state: MailboxState.MailboxState, step: Step): MailboxState.MailboxState => {
  switch (step._tag) {
    case "Place":
      return MailboxState.place(state, news(step), 7)[0]
    case "Remove":
      return MailboxState.remove(state, near(step.ranges, state.uidNext), step.isDeletedOnly)[0]
    case "Flag": {
      const { flags, operation, ranges, unchangedSince } = step
      return MailboxState.flag(state, near(ranges, state.uidNext), operation, flags, unchangedSince)[0]
    }
  }
}

/** All that a chunk says, looked at. */
const shown = (chunk: Chunk) => ({
  id: chunk.id,
  count: chunk.count,
  flagSets: chunk.flagSets,
  maxModSeq: chunk.maxModSeq,
  columns: NAMES.map((name) => Array.from(chunk[name]))
})

/** As a driver may hand them out: in the middle of something larger. */
const stored = (chunk: Chunk): Chunk => {
  const bytes = encode(chunk)
  const within = new Uint8Array(bytes.length + 3)
  within.set(bytes, 3)
  return decodeUnsafe(chunk.id, within.subarray(3))
}

const start: Plain = { uidNext: 1, modSeq: 1, list: [] }

describe("MailboxState", () => {
  it.prop("is what a plain list would be, whatever is done to it", { steps }, ({ steps }) => {
    const plain = steps.reduce(plainStep, start)
    const state = steps.reduce(realStep, MailboxState.empty)
    assert.deepStrictEqual(Placements.list(state.placements, UidSet.all), plain.list)
    assert.deepStrictEqual(
      { uidNext: state.uidNext, modSeq: state.modSeq },
      { uidNext: plain.uidNext, modSeq: plain.modSeq }
    )
    return true
  })

  it.prop("is the same where a store puts it down and takes it up after each step", { steps }, ({ steps }) => {
    const kept = steps.reduce(realStep, MailboxState.empty)
    const taken = steps.reduce((state, step) => {
      const next = realStep(state, step)
      // Those that a step left are as they were, unpacked or not.
      const before = new Set(state.placements)
      return { ...next, placements: next.placements.map((chunk) => before.has(chunk) ? chunk : stored(chunk)) }
    }, MailboxState.empty)
    assert.deepStrictEqual(Placements.uids(taken.placements), Placements.uids(kept.placements))
    assert.deepStrictEqual(taken.placements.map(encode), kept.placements.map(encode))
    assert.deepStrictEqual({ ...taken, placements: taken.placements.map(shown) }, {
      ...kept,
      placements: kept.placements.map(shown)
    })
    return true
  })

  it.prop("counts what is there", { steps }, ({ steps }) => {
    const state = steps.reduce(realStep, MailboxState.empty)
    const all = Placements.list(state.placements, UidSet.all)
    assert.deepStrictEqual(
      {
        exists: state.exists,
        unseen: state.unseen,
        deleted: state.deleted,
        size: state.size,
        deletedSize: state.deletedSize
      },
      {
        exists: all.length,
        unseen: all.filter(({ flags }) => !Flag.includes(flags, "\\Seen")).length,
        deleted: all.filter(({ flags }) => Flag.includes(flags, "\\Deleted")).length,
        size: all.reduce((sum, { size }) => sum + size, 0),
        deletedSize: all.reduce((sum, { flags, size }) => Flag.includes(flags, "\\Deleted") ? sum + size : sum, 0)
      }
    )
    return true
  })

  it.prop("says which it changed, which it could have, and which it left alone", {
    steps,
    ranges: Schema.Array(range),
    flags,
    since: Schema.Natural
  }, (given) => {
    const before = given.steps.reduce(realStep, MailboxState.empty)
    const set = near(given.ranges, before.uidNext)
    const since = given.since % (before.modSeq + 2)
    const [after, { altered, free, modified }] = MailboxState.flag(before, set, "add", given.flags, since)
    const asked = Placements.list(before.placements, set)
    const uidsWhere = (is: (one: Placement) => boolean) => UidSet.fromUids(asked.filter(is).map(({ uid }) => uid))
    assert.deepStrictEqual(free, uidsWhere(({ modSeq }) => modSeq <= since))
    assert.deepStrictEqual(modified, uidsWhere(({ modSeq }) => modSeq > since))
    assert.deepStrictEqual(
      altered,
      uidsWhere(({ flags, uid }) => Placements.find(after.placements, uid)?.flags !== flags)
    )
    return true
  })

  it.prop("copies as if all were placed one by one", { steps, into: steps, ranges: Schema.Array(range) }, (given) => {
    const source = given.steps.reduce(realStep, MailboxState.empty)
    const target = given.into.reduce(realStep, MailboxState.empty)
    const set = near(given.ranges, source.uidNext)
    const [copied, uid] = MailboxState.copy(target, Placements.slices(source.placements, set), 9)
    const [placed, uids] = MailboxState.place(target, Placements.list(source.placements, set), 9)
    assert.strictEqual(uid, uids[0] ?? target.uidNext)
    assert.deepStrictEqual({ ...copied, placements: [] }, { ...placed, placements: [] })
    assert.deepStrictEqual(copied.placements.map(shown), placed.placements.map(shown))
    return true
  })

  it.prop("answers what changed since, as a look at every message would", { steps, since: Schema.Natural }, (given) => {
    const state = given.steps.reduce(realStep, MailboxState.empty)
    const since = given.since % (state.modSeq + 2)
    const changed = Placements.list(state.placements, UidSet.all).filter(({ modSeq }) => modSeq > since)
    assert.deepStrictEqual(Placements.changedSince(state.placements, since), changed)
    assert.deepStrictEqual(
      Placements.uidsChangedSince(state.placements, since),
      UidSet.fromUids(changed.map(({ uid }) => uid))
    )
    return true
  })
})

describe("Placements", () => {
  it.prop("keep chunks full enough, in order, and never one id twice", { steps }, ({ steps }) => {
    const { exists, placements } = steps.reduce(realStep, MailboxState.empty)
    const ids = placements.map(({ id }) => id)
    assert.deepStrictEqual(ids, Array.from(new Set(ids)).sort((a, b) => a - b))
    assert.isTrue(placements.every(({ uids }) => uids.length > 0 && uids.length <= Placements.CHUNK))
    return placements.length <= 2 + 4 * exists / Placements.CHUNK
  })

  it.prop("share with their past what did not change", { steps }, ({ steps }) => {
    const { placements, uidNext } = steps.reduce(realStep, MailboxState.empty)
    const copy = placements.map((chunk) => encode(chunk))
    const all = UidSet.fromRanges([{ from: 1, to: uidNext }])
    Placements.remove(placements, all, (_, at) => at % 2 === 0)
    reflag(placements, all, { operation: "add", flags: ["x"], modSeq: 99, unchangedSince: 99 })
    assert.deepStrictEqual(placements.map((chunk) => encode(chunk)), copy)
    return true
  })

  it.prop("come back from the octets that a store keeps", { steps }, ({ steps }) => {
    const { placements } = steps.reduce(realStep, MailboxState.empty)
    assert.deepStrictEqual(placements.map(stored).map(shown), placements.map(shown))
    return true
  })

  it("come back from the octets of version 1", () => {
    const [chunk] = MailboxState.place(
      MailboxState.empty,
      Array.from(
        { length: 5 },
        (_, at) => ({ message: 9 - at, size: at, flags: at % 2 ? ["a"] : [], internalDate: -at })
      ),
      7
    )[0].placements
    assert.isDefined(chunk)
    const { flagSets, flags, internalDates, messages, modSeqs, saveDates, sizes, uids } = chunk
    const bytes = Buffer.concat([
      Uint8Array.of(1, 0, 0, 0, 5, 0, 0, 0),
      ...[modSeqs, internalDates, saveDates, uids, messages, sizes, flags].map(({ buffer }) => new Uint8Array(buffer)),
      Buffer.from(JSON.stringify(flagSets))
    ])
    assert.deepStrictEqual(shown(decodeUnsafe(chunk.id, bytes)), shown(chunk))
    assert.throws(() => decodeUnsafe(1, bytes.subarray(0, 100)), /damaged/)
  })

  it("take ten octets each where mail came in order", () => {
    const news = Array.from({ length: 1000 }, (_, at) => ({
      message: at + 5,
      size: 8000 + at % 500,
      flags: [],
      internalDate: 1.7e12 + at * 3_600_000
    }))
    const [{ placements }] = MailboxState.place(MailboxState.empty, news, 1.8e12)
    assert.isBelow(placements.reduce((sum, chunk) => sum + encode(chunk).length, 0), 10_000)
  })

  it("refuse octets that are none of theirs", () => {
    const [state] = MailboxState.place(MailboxState.empty, [{ message: 1, size: 1, flags: [], internalDate: 0 }], 0)
    const [chunk] = state.placements
    assert.isDefined(chunk)
    const bytes = encode(chunk)
    assert.throws(() => decodeUnsafe(1, bytes.subarray(0, 20)), /damaged/)
    assert.throws(() => decodeUnsafe(1, new Uint8Array(0)), /damaged/)
    assert.throws(() => decodeUnsafe(1, Uint8Array.from(bytes, (octet, at) => at === 0 ? 9 : octet)), /damaged/)
  })
})
