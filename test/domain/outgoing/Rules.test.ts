import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { Address } from "../../../src/domain/account/Address.ts"
import { headerFields } from "../../../src/domain/message/Header.ts"
import { encryptedMessage, payload } from "../../../src/domain/outgoing/PgpMime.ts"
import { policyOf, prepare } from "../../../src/domain/outgoing/Prepare.ts"
import { refusal } from "../../../src/domain/outgoing/SenderRights.ts"
import {
  effectivePolicy,
  planDeliveries,
  type Recipient,
  type SendPolicy
} from "../../../src/domain/outgoing/SendPolicy.ts"
import { bytesOf, textOf, valuesOf } from "../Correspondents.ts"

const policies: ReadonlyArray<SendPolicy> = ["prefer", "require", "never"]
const flags = [false, true]

const each = (count: number): ReadonlyArray<ReadonlyArray<Recipient>> => {
  if (count === 0) return [[]]
  return each(count - 1).flatMap((others) =>
    policies.flatMap((policy) =>
      flags.flatMap((hasKey) =>
        flags.map((isHidden): ReadonlyArray<Recipient> => [...others, {
          address: Address.make(`r${count}@leap.test`),
          certificate: hasKey ? Uint8Array.of(count) : undefined,
          policy,
          isHidden
        }])
      )
    )
  )
}

describe("planDeliveries", () => {
  it("over the entire product of cases: each gets what the table says, once, and nobody learns of a hidden one", () => {
    let cases = 0
    for (const recipients of [...each(1), ...each(2), ...each(3)]) {
      cases++
      const plan = planDeliveries(recipients)
      const refused = recipients.filter(({ certificate, policy }) => policy === "require" && certificate === undefined)
      if (Result.isFailure(plan)) {
        assert.deepStrictEqual(plan.failure.addresses, refused.map(({ address }) => address))
        assert.isAbove(refused.length, 0)
        continue
      }
      assert.lengthOf(refused, 0)
      const got = plan.success.flatMap(({ to }) => to)
      assert.sameMembers([...got], recipients.map(({ address }) => address))
      for (const delivery of plan.success) {
        const to = recipients.filter(({ address }) => delivery.to.includes(address))
        const wantsKey = delivery._tag === "Encrypted"
        for (const { certificate, policy } of to) {
          assert.strictEqual(certificate !== undefined && policy !== "never", wantsKey)
        }
        if (delivery._tag === "Signed") continue
        assert.deepStrictEqual(delivery.certificates, to.flatMap(({ certificate }) => certificate ?? []))
        assert.isTrue(to.every(({ isHidden }) => isHidden === delivery.isHidden))
        if (delivery.isHidden) assert.lengthOf(to, 1)
      }
      // As few copies as can be.
      assert.isAtMost(plan.success.filter(({ _tag }) => _tag === "Signed").length, 1)
      assert.isAtMost(plan.success.filter((one) => one._tag === "Encrypted" && !one.isHidden).length, 1)
    }
    assert.strictEqual(cases, 12 + 144 + 1728)
  })

  it("the nearest wish counts", () => {
    for (const message of [undefined, ...policies]) {
      for (const recipient of [undefined, ...policies]) {
        for (const account of [undefined, ...policies]) {
          const [nearest = "prefer"] = [message, recipient, account].filter((one) => one !== undefined)
          assert.strictEqual(effectivePolicy(message, recipient, account), nearest)
        }
      }
    }
  })
})

describe("the sender", () => {
  const own = [Address.make("ann@leap.test"), Address.make("info@leap.test")]
  const author = (mailbox: string) => ({ name: undefined, route: undefined, mailbox, host: "leap.test" })
  const table: ReadonlyArray<readonly [string, ReadonlyArray<string>, boolean]> = [
    ["ann@leap.test", ["ann"], true],
    ["Ann@LEAP.test", ["ANN"], true],
    ["ann+news@leap.test", ["ann+shop"], true],
    ["info@leap.test", ["ann"], true],
    ["info+x@leap.test", ["info"], true],
    ["ann@leap.test", [], true],
    ["bob@leap.test", ["ann"], false],
    ["ann@elsewhere.test", ["ann"], false],
    ["ann@leap.test", ["bob"], false],
    ["ann@leap.test", ["ann", "bob"], false],
    ["", ["ann"], false],
    ["no address", ["ann"], false]
  ]
  it.each(table)("%s writing as %s: %s", (from, authors, expected) => {
    const reason = refusal(own, from, authors.map(author))
    assert.strictEqual(reason === undefined, expected)
    if (reason !== undefined) assert.match(reason, /is not an address of this account: write as ann@leap\.test$/)
  })
})

const facts = { now: 0, messageId: "<made@leap.test>", autocrypt: "addr=a", openpgp: "id=B" }

describe("prepare", () => {
  it("takes out what tells of hidden people, the machine, the program and the hour's zone; keeps the Message-ID", () => {
    const out = prepare(
      bytesOf(
        "Received: by laptop.home from 192.168.1.7",
        "Return-Path: <ann@leap.test>",
        "From: ann@leap.test",
        "Bcc: eve@leap.test",
        "Resent-Bcc: dan@leap.test",
        "Date: Mon, 23 Nov 2026 14:02:40 +0500 (PKT)",
        "Message-ID: <mine@laptop>",
        "User-Agent: mutt/2",
        "X-Mailer: Thing",
        "X-Mozilla-Draft-Info: internal/draft; vcard=0",
        "X-Identity-Key: id1",
        "X-Leap-Policy: require",
        "X-Leap-Signature: valid",
        "Autocrypt: addr=forged@leap.test",
        "OpenPGP: id=FORGED",
        "Subject: hi",
        "",
        "Bcc: in the body stays",
        ""
      ),
      facts
    )
    const names = headerFields(out, 0, out.length).map(({ name }) => name)
    assert.sameMembers([...names], ["date", "autocrypt", "openpgp", "from", "message-id", "subject"])
    assert.deepStrictEqual(valuesOf(out, "Date"), ["Mon, 23 Nov 2026 09:02:40 +0000"])
    assert.deepStrictEqual(valuesOf(out, "Message-ID"), ["<mine@laptop>"])
    for (const secret of ["laptop.home", "192.168", "eve", "dan", "mutt", "FORGED", "+0500", "PKT"]) {
      assert.notInclude(textOf(out), secret)
    }
    assert.include(textOf(out), "Bcc: in the body stays")
    const bare = prepare(bytesOf("Subject: x", "", ""), facts)
    assert.deepStrictEqual(valuesOf(bare, "Message-ID"), ["<made@leap.test>"])
  })

  it("reads the wish of a message, and refuses what it does not know", () => {
    const wish = (...lines: ReadonlyArray<string>) => policyOf(bytesOf(...lines, "", ""))
    assert.deepStrictEqual(wish("Subject: x"), Result.succeed(undefined))
    for (const policy of policies) {
      assert.deepStrictEqual(wish(`x-leap-policy:  ${policy.toUpperCase()} `), Result.succeed(policy))
    }
    assert.deepStrictEqual(wish("X-Leap-Policy: never", "X-Leap-Policy: never"), Result.succeed("never"))
    for (
      const lines of [["X-Leap-Policy: required"], ["X-Leap-Policy:"], [
        "X-Leap-Policy: never",
        "X-Leap-Policy: prefer"
      ]]
    ) {
      assert.isTrue(Result.isFailure(wish(...lines)), lines.join())
    }
  })
})

describe("header protection", () => {
  const letter = bytesOf(
    "From: ann@leap.test",
    "To: bob@leap.test",
    "Subject: the plan",
    "Keywords: secret",
    "Comments: hush",
    "Content-Type: text/plain",
    "",
    "Hello",
    ""
  )

  it("hides Subject, Keywords and Comments outside, and says inside what a stranger saw", () => {
    const outside = encryptedMessage(
      letter,
      bytesOf("-----BEGIN PGP MESSAGE-----", "", "x", "-----END PGP MESSAGE-----", "")
    )
    assert.deepStrictEqual(valuesOf(outside, "Subject"), ["[...]"])
    for (const name of ["Keywords", "Comments"]) assert.deepStrictEqual(valuesOf(outside, name), [])
    const inside = payload(letter, "cipher", ["addr=bob@leap.test; keydata=AAAA"])
    assert.deepStrictEqual(valuesOf(inside, "Subject"), ["the plan"])
    assert.deepStrictEqual(valuesOf(inside, "Keywords"), ["secret"])
    assert.deepStrictEqual(valuesOf(inside, "HP-Outer"), [
      "From: ann@leap.test",
      "To: bob@leap.test",
      "Subject: [...]"
    ])
    assert.deepStrictEqual(valuesOf(inside, "Autocrypt-Gossip"), ["addr=bob@leap.test; keydata=AAAA"])
    assert.include(valuesOf(inside, "Content-Type").join(), "hp=\"cipher\"")
    assert.deepStrictEqual(valuesOf(payload(letter, "clear"), "HP-Outer"), [])
  })
})
