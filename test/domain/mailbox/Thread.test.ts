import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import * as Steps from "../../../src/domain/mailbox/Steps.ts"
import * as Thread from "../../../src/domain/mailbox/Thread.ts"
import { orderedSubject, type ThreadFacts, type Threads } from "../../../src/domain/mailbox/Thread.ts"
import { references } from "../../../src/domain/mailbox/ThreadReferences.ts"
import type { Uid } from "../../../src/domain/mailbox/Uid.ts"
import { naiveReferences } from "./NaiveThreads.ts"

/** Sent in the order of the uids, unless said otherwise. */
const message = (uid: number, more?: Partial<ThreadFacts>): ThreadFacts => ({
  uid: uid as Uid,
  sentAt: uid,
  subject: `subject ${uid}`,
  isReply: false,
  messageId: `${uid}`,
  references: [],
  ...more
})

const encode = (threads: Threads, numberOf?: (uid: Uid) => number): string =>
  Steps.run(Thread.encode(threads, numberOf))
const byReferences = (...messages: ReadonlyArray<ThreadFacts>): string => encode(Steps.run(references(messages)))
const bySubject = (...messages: ReadonlyArray<ThreadFacts>): string => encode(Steps.run(orderedSubject(messages)))

/** Messages that make these threads: each names its parent; siblings without a parent name one that is not there. */
const written = (threads: Threads): ReadonlyArray<ThreadFacts> => {
  const way: Array<string> = []
  return threads.flatMap(({ depth, uid }, index) => {
    way.length = depth
    const references = way.slice()
    way.push(uid === undefined ? `missing ${index}` : `${uid}`)
    return uid === undefined ? [] : [message(uid, { references })]
  })
}

describe("THREAD responses (RFC 5256 §4)", () => {
  const uid = (value: number) => value as Uid
  it("writes what is below what", () => {
    const threads: Threads = [
      { uid: uid(2), depth: 0 },
      { uid: uid(3), depth: 0 },
      { uid: uid(6), depth: 1 },
      { uid: uid(4), depth: 2 },
      { uid: uid(23), depth: 3 },
      { uid: uid(44), depth: 2 },
      { uid: uid(7), depth: 3 },
      { uid: uid(96), depth: 4 }
    ]
    assert.strictEqual(encode(threads), "(2)(3 6 (4 23)(44 7 96))")
    const numbers = new Map([2, 3, 4, 6, 7, 23, 44, 96].map((one, index) => [one, index + 1]))
    assert.strictEqual(encode(threads, (one) => numbers.get(one) ?? 0), "(1)(2 4 (3 6)(7 5 8))")
  })
  it("writes siblings whose parent is missing", () => {
    const threads: Threads = [
      { uid: undefined, depth: 0 },
      { uid: uid(3), depth: 1 },
      { uid: uid(5), depth: 1 },
      { uid: uid(7), depth: 0 }
    ]
    assert.strictEqual(encode(threads), "((3)(5))(7)")
    assert.strictEqual(encode([]), "")
  })
})

describe("THREAD REFERENCES (RFC 5256 §3)", () => {
  it("has the example of §4: later messages can be parents of earlier ones", () => {
    const threads: Threads = [
      { uid: 2 as Uid, depth: 0 },
      { uid: 3 as Uid, depth: 0 },
      { uid: 6 as Uid, depth: 1 },
      { uid: 4 as Uid, depth: 2 },
      { uid: 23 as Uid, depth: 3 },
      { uid: 44 as Uid, depth: 2 },
      { uid: 7 as Uid, depth: 3 },
      { uid: 96 as Uid, depth: 4 }
    ]
    const all = written(threads)
    assert.strictEqual(byReferences(...all), "(2)(3 6 (4 23)(44 7 96))")
    assert.strictEqual(byReferences(...all.toReversed()), "(2)(3 6 (4 23)(44 7 96))")
  })

  it("has the example of §3, A285", () => {
    /** Uids, and what they refer to. */
    const groups: ReadonlyArray<readonly [ReadonlyArray<number>, ...ReadonlyArray<string>]> = [
      [[166, 167, 168, 169, 172, 171, 173, 190, 191, 192, 193, 197, 199, 200, 201, 203, 204, 205, 208]],
      [[170, 179], "a"],
      [[174, 175, 176, 178, 181, 180], "b"],
      [[177, 183, 182, 188, 185, 187], "c"],
      [[184, 189], "c", "188"],
      [[186], "c", "185"],
      [[194, 195], "d"],
      [[196], "d", "195"],
      [[198], "197"],
      [[202], "200"],
      [[206], "205"],
      [[207], "205", "206"]
    ]
    /** Where the RFC's answer is not in the order of the numbers. */
    const dates = new Map<number, number>([
      [172, 169.1],
      [170, 169.2],
      [183, 177.1],
      [182, 177.2],
      [188, 177.3],
      [181, 178.1],
      [180, 181],
      [179, 181.5]
    ])
    const all = groups.flatMap(([uids, ...references]) =>
      uids.map((uid) => message(uid, { references, sentAt: dates.get(uid) ?? uid, isReply: references.length > 0 }))
    )
    assert.strictEqual(
      byReferences(...all),
      "(166)(167)(168)(169)(172)((170)(179))(171)(173)((174)(175)(176)(178)(181)(180))" +
        "((177)(183)(182)(188 (184)(189))(185 186)(187))(190)(191)(192)(193)((194)(195 196))(197 198)" +
        "(199)(200 202)(201)(203)(204)(205 206 207)(208)"
    )
  })

  it("links by all references, whoever is missing (step 1.A)", () => {
    assert.strictEqual(byReferences(message(1), message(3, { references: ["1", "2"] })), "(1 3)")
    assert.strictEqual(byReferences(message(3, { references: ["1", "2"] }), message(2), message(1)), "(1 2 3)")
  })

  it("lets a message's own last reference win over what others say (step 1.B)", () => {
    const all = [message(1, { references: ["x", "2"] }), message(2, { references: ["y"] })]
    assert.strictEqual(byReferences(...all), "(2 1)")
    // 2 says itself that it has no parent; 1 stays below it.
    assert.strictEqual(byReferences(message(1, { references: ["9", "2", "x"] }), message(2), message(9)), "(2 1)(9)")
  })

  it("takes an id for the first message that has it", () => {
    const same = { messageId: "same" }
    assert.strictEqual(
      byReferences(message(1, same), message(2, same), message(3, { references: ["same"] })),
      "(1 3)(2)"
    )
    assert.strictEqual(
      byReferences(message(1, { messageId: undefined }), message(2, { messageId: undefined })),
      "(1)(2)"
    )
  })

  it("makes no loops", () => {
    assert.strictEqual(byReferences(message(1, { references: ["1"] })), "(1)")
    assert.strictEqual(byReferences(message(1, { references: ["2"] }), message(2, { references: ["1"] })), "(2 1)")
    const ring = [1, 2, 3, 4, 5].map((uid) => message(uid, { references: [`${uid % 5 + 1}`] }))
    assert.strictEqual(byReferences(...ring), "(5 4 3 2 1)")
    assert.strictEqual(byReferences(message(1, { references: ["a", "b", "a", "b", "1"] })), "(1)")
  })

  it("keeps one dummy above siblings, and only there (step 3)", () => {
    const below = (uid: number, ...references: ReadonlyArray<string>) => message(uid, { references })
    assert.strictEqual(byReferences(below(1, "x"), below(2, "x")), "((1)(2))")
    assert.strictEqual(byReferences(below(1, "x", "y"), below(2, "x", "z"), below(3, "w")), "((1)(2))(3)")
    assert.strictEqual(byReferences(message(1), below(2, "1", "y"), below(3, "1", "y")), "(1 (2)(3))")
  })

  it("orders by sent dates: the top, dummies by their first child, and siblings (steps 4 and 6)", () => {
    const at = (uid: number, sentAt: number, ...references: ReadonlyArray<string>) =>
      message(uid, { sentAt, references })
    assert.strictEqual(byReferences(at(1, 50), at(2, 40, "x"), at(3, 60, "x"), at(4, 45)), "((2)(3))(4)(1)")
    assert.strictEqual(byReferences(at(1, 1), at(2, 9, "1"), at(3, 5, "1"), at(4, 5, "1")), "(1 (3)(4)(2))")
  })

  it("gathers subjects (step 5)", () => {
    const on = (uid: number, more?: Partial<ThreadFacts>) => message(uid, { subject: "s", ...more })
    const reply = { isReply: true }
    // A reply goes below what it answers, whichever came first.
    assert.strictEqual(byReferences(on(1), on(2, reply)), "(1 2)")
    assert.strictEqual(byReferences(on(1, reply), on(2)), "(2 1)")
    // Two of a kind become siblings.
    assert.strictEqual(byReferences(on(1), on(2), on(3)), "((1)(2)(3))")
    assert.strictEqual(byReferences(on(1, reply), on(2, reply)), "((1)(2))")
    assert.strictEqual(byReferences(on(1), on(2), on(3, reply)), "((1)(2)(3))")
    // Dummies take others in, and become one.
    const [a, b] = [{ references: ["a"] }, { references: ["b"] }]
    assert.strictEqual(byReferences(on(1), on(2, a), on(3, a)), "((1)(2)(3))")
    assert.strictEqual(byReferences(on(1, a), on(2, a), on(3, b), on(4, b)), "((1)(2)(3)(4))")
    // An empty subject gathers nothing.
    assert.strictEqual(byReferences(message(1, { subject: "" }), message(2, { subject: "" })), "(1)(2)")
    // Subjects below the top do not count.
    assert.strictEqual(byReferences(message(1), on(2, { references: ["1"] }), on(3)), "(1 2)(3)")
  })

  const below = (end: number) => Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: end - 1 }))
  const Facts = Schema.Struct({
    sentAt: below(7),
    subject: below(4),
    isReply: Schema.Boolean,
    messageId: below(12),
    references: Schema.Array(below(12)).check(Schema.isMaxLength(5))
  })
  const facts = Arbitrary.array(Arbitrary.schema(Facts), { maxLength: 14 })
  it.prop("is what the RFC's steps give, followed to the letter", { facts }, ({ facts }) => {
    const messages = facts.map((one, index): ThreadFacts => ({
      ...one,
      uid: index + 1 as Uid,
      subject: one.subject === 0 ? "" : `${one.subject}`,
      messageId: one.messageId === 0 ? undefined : `${one.messageId}`,
      references: one.references.map(String)
    }))
    assert.strictEqual(byReferences(...messages), encode(naiveReferences(messages)))
  }, { arbitrary: { runs: 5000 } })

  it.prop("names each message once, in whatever order they are given", { facts }, ({ facts }) => {
    const messages = facts.map((one, index) =>
      message(index + 1, {
        ...one,
        subject: `${one.subject}`,
        messageId: `${one.messageId}`,
        references: one.references.map(String)
      })
    )
    const threads = Steps.run(references(messages))
    const uids = threads.flatMap(({ uid }) => uid ?? [])
    assert.deepStrictEqual(uids.toSorted((a, b) => a - b), messages.map(({ uid }) => uid))
    assert.strictEqual(byReferences(...messages.toReversed()), encode(threads))
    assert.isTrue(threads.every(({ depth, uid }) => uid !== undefined || depth === 0))
  })

  it("is nearly linear in hostile mail", () => {
    const size = 60_000
    const uids = Array.from({ length: size }, (_, index) => index + 1)
    const chain = uids.map((uid) => message(uid, { references: [`${uid - 1}`] }))
    assert.strictEqual(Steps.run(references(chain)).at(-1)?.depth, size - 1)
    assert.strictEqual(Steps.run(references(chain.toReversed())).length, size)
    const star = uids.map((uid) => message(uid, { references: ["x"], subject: "" }))
    assert.strictEqual(Steps.run(references(star)).length, size + 1)
    // Half a chain; the others each try to hang a tree below its end, which must be seen not to lie in it.
    const traps = uids.map((uid) =>
      uid < size / 2 ? message(uid, { references: [`${uid - 1}`] }) : message(uid, {
        references: [`${uid + 1}`, `${Math.floor(size / 2) - 1}`, `${uid - 1}`]
      })
    )
    assert.strictEqual(Steps.run(references(traps)).filter(({ uid }) => uid !== undefined).length, size)
  })
})

describe("THREAD ORDEREDSUBJECT (RFC 5256 §3)", () => {
  it("has the example A283", () => {
    const threads: ReadonlyArray<ReadonlyArray<number>> = [
      [166],
      [167],
      [168],
      [169],
      [172],
      [170],
      [171],
      [173],
      [
        174,
        175,
        176,
        178,
        181,
        180
      ],
      [179],
      [
        177,
        183,
        182,
        188,
        184,
        185,
        186,
        187,
        189
      ],
      [190],
      [191],
      [192],
      [193],
      [194, 195],
      [
        196,
        197,
        198
      ],
      [199],
      [200, 202],
      [201],
      [203],
      [204],
      [205],
      [206, 207],
      [208]
    ]
    const messages = threads.flatMap((uids, thread) =>
      uids.map((uid, index) => message(uid, { subject: `${thread}`, sentAt: thread * 100 + index }))
    )
    assert.strictEqual(
      bySubject(...messages.toSorted((a, b) => a.uid - b.uid)),
      "(166)(167)(168)(169)(172)(170)(171)(173)(174 (175)(176)(178)(181)(180))(179)" +
        "(177 (183)(182)(188)(184)(185)(186)(187)(189))(190)(191)(192)(193)(194 195)(196 (197)(198))(199)" +
        "(200 202)(201)(203)(204)(205)(206 207)(208)"
    )
  })

  it("takes references for nothing, and breaks ties by uid", () => {
    const same = { sentAt: 0, subject: "s" }
    assert.strictEqual(bySubject(message(2, same), message(1, same), message(3, { references: ["1"] })), "(1 2)(3)")
  })
})
