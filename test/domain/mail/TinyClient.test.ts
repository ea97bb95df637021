import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import {
  alice,
  bob,
  bytesOf,
  deliverTo,
  type Device,
  makeDevice,
  makeProvider,
  post,
  valuesOf
} from "../Correspondents.ts"
import { stores } from "./Stores.ts"
import { makeClient, watching } from "./TinyClient.ts"

const invoice = bytesOf(
  "From: Shop <shop@elsewhere.test>",
  "To: alice@leap.test",
  "Subject: Your =?utf-8?Q?order_f=C3=BCr?= May",
  "Message-ID: <order@elsewhere.test>",
  "MIME-Version: 1.0",
  "Content-Type: multipart/mixed; boundary=b",
  "",
  "--b",
  "",
  "Dear alice, see below",
  "--b",
  "Content-Type: application/pdf; name=\"bill.pdf\"",
  "Content-Transfer-Encoding: base64",
  "Content-Disposition: attachment; filename=\"bill.pdf\"",
  "",
  "JVBERiBtYXk=",
  "--b--",
  ""
)

/** Two people, each with a client of theirs. */
const people = Effect.fnUntraced(function*(of: keyof typeof stores) {
  const provider = yield* makeProvider
  const open = Effect.fnUntraced(function*(device: Device) {
    const client = makeClient()
    return {
      ...device,
      say: (command: string) => Effect.provideContext(client(command), device.services),
      watch: Effect.provideContext(watching, device.services)
    }
  })
  return {
    provider,
    alice: yield* open(yield* makeDevice(provider, alice, stores[of])),
    bob: yield* open(yield* makeDevice(provider, bob, stores[of]))
  }
})

describe.each(["memory", "sqlite"] as const)("a tiny mail program on %s", (of) => {
  it.effect("lists, reads by part, tags, finds, moves, deletes, watches and answers", () =>
    Effect.gen(function*() {
      const { alice, bob, provider } = yield* people(of)
      const screen = yield* alice.watch
      assert.deepStrictEqual(yield* alice.say("mailboxes"), [
        "INBOX 0/0",
        "Archive 0/0",
        "Drafts 0/0",
        "Junk 0/0",
        "Sent 0/0",
        "Trash 0/0"
      ])

      yield* deliverTo(provider, alice.address, invoice)
      yield* alice.receive
      assert.strictEqual(yield* screen.next, "Arrived Shop | Your order für May | +")
      assert.deepStrictEqual(yield* alice.say("list INBOX"), ["Shop | Your order für May | +"])
      assert.deepStrictEqual(yield* alice.say("parts 1"), ["1 text/plain", "2 application/pdf bill.pdf"])
      assert.deepStrictEqual(yield* alice.say("open 1 2"), ["%PDF may"])
      assert.deepStrictEqual(yield* alice.say("list INBOX"), ["Shop | Your order für May | +"])
      assert.deepStrictEqual(yield* alice.say("read 1"), ["Dear alice, see below"])
      assert.strictEqual(yield* screen.next, "Tagged Shop | Your order für May | + | \\Seen")

      yield* alice.say("tag 1 $paid")
      assert.strictEqual(yield* screen.next, "Tagged Shop | Your order für May | + | \\Seen | $paid")
      yield* alice.say("make Bills/2026")
      assert.strictEqual(yield* screen.next, "Mailboxes")
      assert.deepStrictEqual(yield* alice.say("find FÜR"), ["Shop | Your order für May | + | \\Seen | $paid"])
      yield* alice.say("move 1 Bills/2026")
      assert.sameMembers([yield* screen.next, yield* screen.next], [
        "Left",
        "Arrived Shop | Your order für May | + | \\Seen | $paid"
      ])
      assert.deepStrictEqual(yield* alice.say("list INBOX"), [])
      assert.deepStrictEqual(yield* alice.say("find bill.pdf"), ["Shop | Your order für May | + | \\Seen | $paid"])

      yield* alice.say("delete 1")
      assert.sameMembers([yield* screen.next, yield* screen.next], [
        "Left",
        "Arrived Shop | Your order für May | + | \\Seen | $paid"
      ])
      assert.deepStrictEqual((yield* alice.say("list Trash")).length, 1)
      yield* alice.say("delete 1")
      // It may be seen to be marked \Deleted before it goes.
      yield* Effect.repeat(screen.next, { until: (line) => line === "Left" })
      assert.deepStrictEqual(yield* alice.say("find FÜR"), [])

      yield* bob.say("write alice@leap.test Schöne Grüße")
      yield* post(provider, bob)
      yield* alice.receive
      assert.strictEqual(yield* screen.next, "Arrived bob@leap.test | Schöne Grüße")
      assert.deepStrictEqual(yield* alice.say("find grüsse"), ["bob@leap.test | Schöne Grüße"])
      assert.deepStrictEqual(yield* alice.say("answer 1 Thanks"), ["alice@leap.test | Re: Schöne Grüße | \\Seen"])
      yield* post(provider, alice)
      yield* bob.receive
      assert.deepStrictEqual(yield* bob.say("list INBOX"), ["alice@leap.test | Re: Schöne Grüße"])
      assert.deepStrictEqual(yield* bob.say("read 1"), ["Thanks"])
      assert.deepStrictEqual(valuesOf((yield* bob.inbox)[0] ?? new Uint8Array(), "X-Leap-Encryption"), ["decrypted"])
      assert.deepStrictEqual(yield* alice.say("mailboxes"), [
        "INBOX 1/1",
        "Archive 0/0",
        "Bills 0/0",
        "Bills/2026 0/0",
        "Drafts 0/0",
        "Junk 0/0",
        "Sent 0/1",
        "Trash 0/0"
      ])
      yield* screen.stop
    }).pipe(Effect.scoped))
})
