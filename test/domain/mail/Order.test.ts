import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as MailStoreMemory from "../../../src/adapters/memory/MailStoreMemory.ts"
import * as Order from "../../../src/domain/mail/Order.ts"
import type { SortCriterion } from "../../../src/domain/mailbox/Sort.ts"
import { SORT_KEYS, type SortKey } from "../../../src/domain/mailbox/SortKey.ts"
import * as Steps from "../../../src/domain/mailbox/Steps.ts"
import { encode } from "../../../src/domain/mailbox/Thread.ts"
import * as UidSet from "../../../src/domain/mailbox/UidSet.ts"
import { MailStore } from "../../../src/ports/MailStore.ts"

const message = (internalDate: number, ...lines: ReadonlyArray<string>) => ({
  bytes: new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n${"x".repeat(internalDate * 1000)}`),
  flags: [],
  internalDate
})

const inbox = Effect.gen(function*() {
  const store = yield* MailStore
  const { exists, id } = yield* store.mailbox("INBOX")
  if (exists > 0) return id
  yield* store.append(id, [
    message(
      4,
      "From: Bob <c@x>",
      "To: a@x",
      "Cc: b@x",
      "Subject: Re: beta",
      "Date: 3 Jan 2026 00:00 +0000",
      "Message-ID: <1@x>"
    ),
    message(3, "From: alice <b@x>", "To: b@x", "Subject: alpha", "Date: 1 Jan 2026 01:00 +0200"),
    message(2, "From: a@x", "To: c@x", "Cc: a@x", "Subject: BETA", "Date: 31 Dec 2025 22:00 -0200"),
    message(1, "Subject: =?utf-8?q?=C3=84lpha?=", "Date: 2 Jan 2026 00:00 +0000", "In-Reply-To: <1@x>")
  ])
  return id
})

const sorted = Effect.fnUntraced(function*(...criteria: ReadonlyArray<SortKey | `-${SortKey}`>) {
  const parsed = criteria.map((one): SortCriterion => ({
    key: SORT_KEYS.find((key) => one === key || one === `-${key}`) ?? "arrival",
    reverse: one.startsWith("-")
  }))
  return (yield* Order.sort(yield* inbox, UidSet.all, parsed)).join(" ")
})

layer(MailStoreMemory.layer)("Order.sort (RFC 5256 §3)", (it) => {
  const table: ReadonlyArray<readonly [ReadonlyArray<SortKey | `-${SortKey}`>, string]> = [
    [["arrival"], "4 3 2 1"],
    [["-arrival"], "1 2 3 4"],
    [["size"], "4 3 2 1"],
    [["date"], "2 3 4 1"],
    [["from"], "4 3 2 1"],
    [["to"], "4 1 2 3"],
    [["cc"], "2 4 3 1"],
    [["subject"], "2 4 1 3"],
    [["displayFrom"], "4 3 2 1"],
    [["displayTo"], "4 1 2 3"],
    [["subject", "date"], "2 4 3 1"],
    // REVERSE turns one criterion, and never the order of what is equal.
    [["-subject"], "1 3 4 2"],
    [["-subject", "-date"], "1 3 4 2"],
    [["-subject", "date"], "3 1 4 2"],
    [[], "1 2 3 4"]
  ]
  for (const [criteria, expected] of table) {
    it.effect(criteria.join(" ") || "nothing", () =>
      Effect.gen(function*() {
        assert.strictEqual(yield* sorted(...criteria), expected)
      }))
  }

  it.effect("sorts those that are asked", () =>
    Effect.gen(function*() {
      const found = yield* Order.sort(yield* inbox, [{ from: 2, to: 3 }, { from: 9, to: 10 }], [
        { key: "arrival", reverse: false }
      ])
      assert.deepStrictEqual([...found] as Array<number>, [3, 2])
    }))
})

layer(MailStoreMemory.layer)("Order.thread (RFC 5256 §3)", (it) => {
  it.effect("threads by either algorithm", () =>
    Effect.gen(function*() {
      const id = yield* inbox
      const [references, subjects] = [
        yield* Order.thread(id, UidSet.all, "references"),
        yield* Order.thread(id, UidSet.all, "orderedSubject")
      ]
      // 1 is a reply to 3 by its subject, 4 to 1 by its references.
      assert.strictEqual(Steps.run(encode(references)), "(2)(3 1 4)")
      assert.strictEqual(Steps.run(encode(subjects)), "(2)(3 1)(4)")
      assert.deepStrictEqual(yield* Order.thread(id, UidSet.empty, "references"), [])
    }))
})
