import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { canonicalize } from "../../../src/domain/message/Canonical.ts"
import { MAX_HEADER_BYTES } from "../../../src/domain/message/Header.ts"
import { bodyStructureText, envelopeText } from "../../../src/domain/message/ImapText.ts"
import { concat } from "../../../src/domain/message/Latin1.ts"
import type { MessageStructure, Part } from "../../../src/domain/message/MessageStructure.ts"
import { MAX_DEPTH, MAX_HEADERS, MAX_PARTS, parse } from "../../../src/domain/message/Parse.ts"
import { bodyText, headerText, preview } from "../../../src/domain/message/SearchText.ts"
import { section } from "../../../src/domain/message/Section.ts"
import { damage } from "../../fuzz/Damage.ts"
import { damaged } from "../../fuzz/DamagedMessage.ts"
import { runs } from "../../fuzz/Runs.ts"
import { corpus, fixture, fixtures, octets } from "./Fixtures.ts"

const children = (part: Part): ReadonlyArray<Part> => part.message === undefined ? part.parts : [part.message.root]

/** All laws that hold for the structure of any octets. */
const check = (bytes: Uint8Array): MessageStructure => {
  const structure = parse(bytes)
  assert.strictEqual(structure.size, bytes.length)
  assert.strictEqual(structure.root.headerStart, 0)
  assert.strictEqual(structure.root.bodyEnd, bytes.length)
  assert.strictEqual(section(structure, bytes, { path: [], text: "ALL" }), bytes)
  let count = 0
  const visit = (part: Part, depth: number): void => {
    count++
    assert.isAtMost(depth, MAX_DEPTH + 1)
    assert.isTrue(part.headerStart <= part.bodyStart && part.bodyStart <= part.bodyEnd && part.lines >= 0)
    let from = part.bodyStart
    for (const child of children(part)) {
      assert.isAtLeast(child.headerStart, from)
      assert.isAtMost(child.bodyEnd, part.bodyEnd)
      from = child.bodyEnd
      visit(child, depth + 1)
    }
  }
  visit(structure.root, 1)
  assert.isAtMost(count, MAX_PARTS)
  assert.isTrue(isBalanced(bodyStructureText(structure.root, true)))
  assert.isTrue(isBalanced(bodyStructureText(structure.root, false)))
  assert.isTrue(isBalanced(envelopeText(structure.envelope)))
  headerText(bytes, structure)
  bodyText(bytes, structure)
  assert.isAtMost(Array.from(preview(bytes, structure)).length, 200)
  assert.deepStrictEqual(JSON.parse(JSON.stringify(structure)), JSON.parse(JSON.stringify(parse(bytes))))
  return structure
}

/** What breaks is kept, the smallest last: it belongs among the fixtures. */
const keptOnFailure = (bytes: Uint8Array, tried: () => void): void => {
  try {
    tried()
  } catch (error) {
    const file = join(tmpdir(), "leap-mail-found.eml")
    writeFileSync(file, bytes)
    throw new Error(`The message is in ${file}`, { cause: error })
  }
}

/** Reads quoted strings and literals as a client does and counts parentheses outside them. */
const isBalanced = (line: string): boolean => {
  let depth = 0
  for (let i = 0; i < line.length; i++) {
    const c = line[i]
    if (c === "(") depth++
    else if (c === ")") depth--
    else if (c === "\"") {
      for (i++; line[i] !== "\""; i++) {
        if (line[i] === undefined || line[i] === "\r" || line[i] === "\n") return false
        if (line[i] === "\\") i++
      }
    } else if (c === "{") {
      const literal = /^\{(\d+)\}\r\n/.exec(line.slice(i, i + 20))
      if (literal === null) return false
      i += literal[0].length + Number(literal[1]) - 1
    } else if (c!.charCodeAt(0) > 126 || c!.charCodeAt(0) < 32) return false
    if (depth < 0) return false
  }
  return depth === 0
}

const shape = (part: Part): string =>
  part.message !== undefined
    ? `${part.type}/${part.subtype}<${shape(part.message.root)}>`
    : part.type === "multipart"
    ? `${part.subtype}(${part.parts.map(shape).join(" ")})`
    : `${part.type}/${part.subtype}`

describe("Parse", () => {
  const shapes: ReadonlyArray<readonly [string, string]> = [
    ["plain", "text/plain"],
    ["nested-multipart", "mixed(related(alternative(text/plain text/html) image/png) application/octet-stream)"],
    ["rfc822-in-rfc822", "mixed(text/plain message/rfc822<message/rfc822<mixed(text/plain text/plain)>>)"],
    ["malformed-boundary", "mixed()"],
    ["unterminated", "mixed(alternative(text/plain text/html) text/plain)"],
    ["multipart-signed", "signed(text/plain application/pgp-signature)"],
    ["multipart-encrypted", "encrypted(application/pgp-encrypted application/octet-stream)"],
    ["bounce", "report(text/plain message/delivery-status message/rfc822<text/plain>)"],
    ["calendar", "alternative(text/plain text/calendar)"],
    ["bare-lf", "mixed(text/plain text/html)"],
    ["empty-multipart", "mixed()"],
    ["no-boundary", "text/plain"],
    ["digest", "digest(message/rfc822<text/plain> text/plain message/rfc822<text/plain>)"],
    ["rfc822-base64", "message/rfc822"],
    ["inner-boundary-missing-blank", "mixed(mixed(text/plain) text/plain)"],
    ["no-header", "text/plain"]
  ]
  for (const [name, expected] of shapes) {
    it(`${name} is ${expected}`, () => assert.strictEqual(shape(parse(fixture(name)).root), expected))
  }

  for (const { bytes, name } of [...fixtures, ...corpus]) it(`keeps its laws on ${name}`, () => void check(bytes))
  it.skipIf(corpus.length > 0)("../shared/corpus is not here: its messages were not tried", () => {})

  it("reads parameters of RFC 2231", () => {
    const { root } = parse(fixture("nested-multipart"))
    assert.deepStrictEqual(root.parts[1]!.dispositionParameters, [{ name: "filename", value: "naïve file.bin" }])
    assert.strictEqual(root.parts[1]!.md5, "Q2hlY2sgSW50ZWdyaXR5IQ==")
    assert.deepStrictEqual(root.parts[0]!.parts[0]!.parts[0]!.language, ["de", "en"])
  })

  it("reads comments and odd syntax in Content-Type", () => {
    const { root } = parse(fixture("odd-addresses"))
    assert.deepStrictEqual([root.type, root.subtype, root.parameters], ["text", "plain", [{
      name: "charset",
      value: "us-ascii"
    }]])
  })

  it("knows dates and references", () => {
    const structure = parse(fixture("long-header"))
    assert.strictEqual(structure.sentAt, 1795438960000)
    assert.strictEqual(structure.references.length, 40)
    assert.strictEqual(structure.messageId, "long@leap.test")
    assert.strictEqual(structure.envelope.to.length, 120)
    assert.deepStrictEqual(parse(fixture("odd-addresses")).references, ["parent@leap.test"])
  })

  it("counts lines and sizes as Dovecot does", () => {
    const part = parse(fixture("nested-multipart")).root.parts[0]!.parts[0]!.parts[0]!
    assert.deepStrictEqual([part.bodyEnd - part.bodyStart, part.lines], ["Plain words.".length, 0])
    assert.strictEqual(parse(fixture("plain")).root.lines, 5)
  })

  it.prop("never fails on octets", {
    bytes: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 })))
  }, ({ bytes }) => {
    check(Uint8Array.from(bytes))
    return true
  }, { arbitrary: { runs: runs(100) } })

  const place = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 }))
  it.prop(
    "never fails on damaged fixtures, nor on the beginning of one with the end of another",
    { beginning: place, end: place, cuts: Schema.Tuple([place, place]), damage },
    ({ beginning, cuts: [before, after], damage, end }) => {
      const [first, last] = [fixtures[beginning % fixtures.length]!.bytes, fixtures[end % fixtures.length]!.bytes]
      const grafted = concat([first.subarray(0, before % (first.length + 1)), last.subarray(after % (last.length + 1))])
      for (const bytes of [damaged(first, damage), damaged(grafted, damage)]) {
        keptOnFailure(bytes, () => {
          check(bytes)
          canonicalize(bytes)
        })
      }
      return true
    },
    { arbitrary: { runs: runs(300) }, timeout: 120_000 * runs(1) }
  )
})

describe("Parse: what is built to kill it", () => {
  const within = (name: string, make: () => Uint8Array, expect: (structure: MessageStructure) => void): void =>
    it(name, { timeout: 20_000 }, () => {
      const bytes = make()
      expect(check(bytes))
      canonicalize(bytes)
    })
  within("a million commas in To", () => octets(`To: ${",".repeat(1_000_000)}\r\n\r\nx`), ({ envelope }) => {
    assert.deepStrictEqual(envelope.to, [])
  })
  within(
    "more addresses than are read",
    () => octets(`${"To: a@b,c@d,e@f\r\n".repeat(60_000)}\r\nx`),
    ({ envelope }) => {
      assert.isAtLeast(envelope.to.length, 3 * Math.floor(MAX_HEADER_BYTES / 18))
    }
  )
  within(
    "10,000 nested multiparts",
    () =>
      octets(
        Array.from({ length: 10_000 }, (_, i) => `Content-Type: multipart/mixed; boundary=b${i}x\r\n\r\n--b${i}x\r\n`)
          .join("")
      ),
    ({ root }) => assert.strictEqual(root.type, "multipart")
  )
  within(
    "10,000 nested messages",
    () => octets("Content-Type: message/rfc822\r\n\r\n".repeat(10_000)),
    ({ root }) => assert.isDefined(root.message)
  )
  within(
    "100,000 parts",
    () => octets(`Content-Type: multipart/mixed; boundary=b\r\n\r\n${"--b\r\n\r\nx\r\n".repeat(100_000)}`),
    ({ root }) => assert.strictEqual(root.parts.length, MAX_PARTS - 1)
  )
  within(
    "headers of parts without end",
    () => {
      const part = `--b\r\n\r\nTo: ${"a <b@c>,".repeat(10_000)}\r\n\r\nhi\r\n`
      return octets(`Content-Type: multipart/digest; boundary=b\r\n\r\n${part.repeat(40)}--b--\r\n`)
    },
    ({ root, size }) => {
      // The part at which they are too much is not opened, and what comes after it is one more.
      assert.strictEqual(root.parts.length, Math.ceil(MAX_HEADERS / 80_000) + 1)
      assert.isDefined(root.parts[0]?.message)
      const last = root.parts.at(-1)
      assert.deepStrictEqual([last?.type, last?.bodyEnd, last?.headerStart], ["application", size, last?.bodyStart])
    }
  )
  within(
    "deep parentheses",
    () => octets(`From: ${"(".repeat(120_000)}\r\nContent-Type: ${"(".repeat(120_000)}\r\n\r\nx`),
    ({ root }) => assert.strictEqual(root.type, "text")
  )
  within("openings of encoded-words", () => octets(`Subject: ${"=?a?q?".repeat(40_000)}\r\n\r\nx`), () => {})
  within(
    "angles, quotes, colons",
    () => octets(`To: ${"<\":;@(".repeat(40_000)}\r\nCc: ${"a:;<".repeat(1000)}\r\n\r\nx`),
    () => {}
  )
  within(
    "blanks in a boundary",
    () => octets(`Content-Type: multipart/x; boundary="${" ".repeat(200_000)}x"\r\n\r\nx`),
    () => {}
  )
  within(
    "tags that never end",
    () => octets(`Content-Type: text/html\r\n\r\n${"<!--".repeat(100_000)}${"<script></".repeat(100_000)}&#`),
    () => {}
  )
  within(
    "a header without end",
    () => octets("X: y\r\n".repeat(500_000)),
    ({ root }) => assert.strictEqual(root.bodyStart, root.bodyEnd)
  )
  within(
    "what only looks like tags",
    () => octets(`Content-Type: text/html\r\n\r\n${"< ".repeat(500_000)}>${"&".repeat(500_000)}`),
    () => {}
  )
})
