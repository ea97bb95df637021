import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { type Framed, type Limits, make } from "../../../src/adapters/imap/Framer.ts"
import { fromLatin1, latin1 } from "../../../src/domain/message/Latin1.ts"
import { damage } from "../../fuzz/Damage.ts"
import { damaged } from "../../fuzz/DamagedCommand.ts"
import { runs } from "../../fuzz/Runs.ts"
import { taggedCommand } from "./grammar/ArbitraryCommand.ts"
import { print } from "./grammar/PrintCommand.ts"

const limits: Limits = { maxLine: 100, maxLiteral: 20, maxAppend: 1000 }
const wide: Limits = { maxLine: 65_536, maxLiteral: 65_536, maxAppend: 200_000 }

const seen = (framed: Framed): string => {
  switch (framed._tag) {
    case "Command":
      return latin1(framed.bytes)
    case "LiteralRefused":
      return `refused ${framed.tag} ${framed.limit}`
    default:
      return framed._tag
  }
}

const frames = (chunks: ReadonlyArray<Uint8Array>, within = limits): Array<string> => {
  const framer = make()
  const out: Array<string> = []
  for (const chunk of chunks) {
    framer.push(chunk)
    for (let framed = framer.next(within); framed !== undefined; framed = framer.next(within)) {
      out.push(seen(framed))
      if (framed._tag === "TooLong" || framed._tag === "TooMuch") return out
    }
  }
  return out
}

/** Cuts at every multiple of `size`. */
const cut = (octets: Uint8Array, size: number): Array<Uint8Array> =>
  Array.from(
    { length: Math.ceil(octets.length / size) },
    (_, index) => octets.subarray(index * size, (index + 1) * size)
  )

describe("Framer", () => {
  const append = "x".repeat(999)
  const transcript = fromLatin1(
    `a NOOP\r\nb LOGIN {3}\r\nann {4+}\r\nsecr\r\nc noop\nd APPEND x {999}\r\n${append}\r\n` +
      `e APPEND x {1001}\r\nf APPEND x {2000+}\r\n${
        "y".repeat(2000)
      } {5+}\r\n{5+}\r\ng NOOP\r\nh X {21}\r\n\r\ni {}\r\n`
  )
  const expected = [
    "a NOOP",
    "LiteralRequested",
    "b LOGIN {3}\r\nann {4+}\r\nsecr",
    "c noop",
    "LiteralRequested",
    `d APPEND x {999}\r\n${append}`,
    "refused e 1000",
    "refused f 1000",
    "g NOOP",
    "refused h 20",
    "",
    "i {}"
  ]

  it("frames alike however the octets arrive", () => {
    for (let size = 1; size <= transcript.length; size += size < 64 ? 1 : 61) {
      assert.deepStrictEqual(frames(cut(transcript, size)), expected, `in pieces of ${size}`)
    }
  })

  it.prop("gives back whole commands, wherever the network cuts", {
    commands: Arbitrary.array(taggedCommand, { maxLength: 6 }),
    size: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 50 }))
  }, ({ commands, size }) => {
    // As a client that does not wait sends them.
    const printed = commands.map(({ command, tag }) =>
      `${tag} ${print(command)}`.replaceAll(/\{(\d+)\}\r\n/g, "{$1+}\r\n")
    )
    const octets = fromLatin1(printed.map((one) => `${one}\r\n`).join(""))
    assert.deepStrictEqual(frames(cut(octets, size), wide), printed)
  })

  it.prop("never throws on random octets", { chunks: Schema.Array(Schema.Uint8Array) }, ({ chunks }) => {
    frames(chunks)
  }, { arbitrary: { runs: runs(100) } })

  it.prop("frames damaged commands alike, wherever the network cuts", {
    commands: Arbitrary.array(taggedCommand, { minLength: 1, maxLength: 4 }),
    damage,
    size: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 50 }))
  }, ({ commands, damage, size }) => {
    const octets = damaged(fromLatin1(commands.map(({ command }) => `a ${print(command)}\r\n`).join("")), damage)
    assert.deepStrictEqual(frames(cut(octets, size), limits), frames([octets], limits))
  }, { arbitrary: { runs: runs(500) } })

  it("takes a line at the limit and none above it", () => {
    assert.deepStrictEqual(frames([fromLatin1(`${"x".repeat(99)}\r\n`)]), ["x".repeat(99)])
    assert.deepStrictEqual(frames([fromLatin1(`${"x".repeat(101)}\r\n`)]), ["TooLong"])
    assert.deepStrictEqual(frames(cut(fromLatin1("x".repeat(200)), 7)), ["TooLong"])
  })

  it("takes a literal at the limit and none above it", () => {
    assert.deepStrictEqual(frames([fromLatin1("a X {20}\r\n")]), ["LiteralRequested"])
    assert.deepStrictEqual(frames([fromLatin1("a X {21}\r\n")]), ["refused a 20"])
    assert.deepStrictEqual(frames([fromLatin1(`a X {${"9".repeat(80)}}\r\n`)]), ["refused a 20"])
  })

  it("takes messages where the command does", () => {
    for (const name of ["APPEND x", "append x", "REPLACE 1 x", "UID REPLACE 1 x"]) {
      assert.deepStrictEqual(frames([fromLatin1(`a ${name} {1000}\r\n`)]), ["LiteralRequested"], name)
      assert.deepStrictEqual(frames([fromLatin1(`a ${name} {1001}\r\n`)]), ["refused a 1000"], name)
    }
    for (const name of ["UID FETCH 1", "APPENDS x", "XAPPEND x", "UID"]) {
      assert.deepStrictEqual(frames([fromLatin1(`a ${name} {21}\r\n`)]), ["refused a 20"], name)
    }
  })

  it("takes no more than four literals' worth together", () => {
    const four = " {20+}\r\n01234567890123456789".repeat(4)
    assert.strictEqual(frames([fromLatin1(`a X${four}\r\n`)]).length, 1)
    assert.deepStrictEqual(frames([fromLatin1(`a X${four} {1+}\r\nx\r\nb\r\n`)]), ["refused a 20", "b"])
  })

  it("passes over twice what it takes, and no more", () => {
    assert.deepStrictEqual(frames([fromLatin1(`a APPEND x {2040+}\r\n${"x".repeat(2040)}\r\nb\r\n`)]), [
      "refused a 1000",
      "b"
    ])
    assert.deepStrictEqual(frames([fromLatin1("a APPEND x {2041+}\r\n")]), ["TooMuch"])
    assert.deepStrictEqual(frames([fromLatin1("a LOGIN {99999999999999999999+}\r\n")]), ["TooMuch"])
  })

  it("gives large commands their own octets", () => {
    const framer = make()
    framer.push(fromLatin1(`a APPEND x {150000}\r\n`))
    assert.deepStrictEqual(framer.next(wide), { _tag: "LiteralRequested" })
    for (let i = 0; i < 3; i++) framer.push(new Uint8Array(50_000).fill(65 + i))
    framer.push(fromLatin1("\r\nb NOOP\r\n"))
    const first = framer.next(wide)
    assert.deepStrictEqual(framer.next(wide), { _tag: "Command", bytes: fromLatin1("b NOOP") })
    framer.push(fromLatin1("c NOOP\r\n"))
    assert.deepStrictEqual(framer.next(wide), { _tag: "Command", bytes: fromLatin1("c NOOP") })
    assert.strictEqual(
      first === undefined ? "" : seen(first),
      `a APPEND x {150000}\r\n${"A".repeat(50_000)}${"B".repeat(50_000)}${"C".repeat(50_000)}`
    )
  })
})
