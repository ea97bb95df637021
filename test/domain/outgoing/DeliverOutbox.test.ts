import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Ref } from "effect"
import { TestClock } from "effect/testing"
import * as MailTransportMemory from "../../../src/adapters/memory/MailTransportMemory.ts"
import { deliverDue } from "../../../src/domain/outgoing/DeliverOutbox.ts"
import { Outbox } from "../../../src/ports/Outbox.ts"
import { alice, bytesOf, makeDevice, makeProvider, textOf, valuesOf } from "../Correspondents.ts"

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

/** Alice's outbox, and a next hop that says `reply` of everybody. */
const outbox = Effect.fnUntraced(function*(reply: string | undefined) {
  yield* TestClock.setTime(1_700_000_000_000)
  const device = yield* makeDevice(yield* makeProvider, alice)
  const { offer, due } = Context.get(device.services, Outbox)
  yield* offer([{
    id: "a",
    from: alice,
    to: ["zoe@elsewhere.test"],
    bytes: bytesOf("Subject: [...]", "Message-ID: <1@leap.test>", "", "x", ""),
    offeredAt: 1_700_000_000_000
  }])
  const hop = yield* Layer.build(Layer.fresh(MailTransportMemory.layer(() => reply)))
  return {
    inbox: device.inbox,
    left: Effect.map(due(Number.MAX_SAFE_INTEGER, 10), (items) => items.length),
    sent: Effect.map(Ref.get(Context.get(hop, MailTransportMemory.SentMessages)), (sent) => sent.length),
    deliver: deliverDue().pipe(Effect.provideContext(hop), Effect.provideContext(device.services))
  }
})

describe("the outbox", () => {
  it.effect("waits while the next hop cannot be reached, tells of the delay once, and gives up after five days", () =>
    Effect.gen(function*() {
      const { deliver, inbox, left, sent } = yield* outbox("450 4.4.1 No route to host")
      const told: Array<readonly [minutes: number, subject: string]> = []
      for (let minutes = 0; minutes <= 5 * DAY / MINUTE + 240; minutes += 5) {
        yield* deliver
        const subjects = (yield* inbox).flatMap((bytes) => valuesOf(bytes, "Subject"))
        if (subjects.length > told.length) told.push([minutes, subjects.at(-1) ?? ""])
        yield* TestClock.adjust("5 minutes")
      }
      assert.strictEqual(yield* sent, 0)
      assert.strictEqual(yield* left, 0)
      assert.deepStrictEqual(told.map(([, subject]) => subject), [
        "Your message is delayed",
        "Your message could not be delivered"
      ])
      const [[delayed], [failed]] = told as [readonly [number, string], readonly [number, string]]
      assert.isTrue(delayed >= 240 && delayed < 300, String(delayed))
      assert.isTrue(failed >= 5 * 24 * 60 && failed <= 5 * 24 * 60 + 240, String(failed))
      const [delay, failure] = (yield* inbox).map(textOf)
      assert.match(delay ?? "", /Action: delayed\r\nStatus: 4\.4\.1\r\n/)
      assert.match(failure ?? "", /Action: failed\r\nStatus: 5\.0\.0\r\n/)
      for (const report of [delay, failure]) {
        assert.match(report ?? "", /Content-Type: multipart\/report; report-type="?delivery-status/)
        assert.include(report, "Final-Recipient: rfc822; zoe@elsewhere.test")
        assert.include(report, "Message-ID: <1@leap.test>")
      }
    }).pipe(Effect.scoped))

  it.effect("tells of a refusal at once, in the next hop's words", () =>
    Effect.gen(function*() {
      const { deliver, inbox, left } = yield* outbox("550 5.1.1 Nobody of that name")
      yield* deliver
      assert.strictEqual(yield* left, 0)
      const [report, ...more] = (yield* inbox).map(textOf)
      assert.lengthOf(more, 0)
      assert.match(report ?? "", /Action: failed\r\nStatus: 5\.1\.1\r\nDiagnostic-Code: smtp; 550 5\.1\.1 Nobody/)
    }).pipe(Effect.scoped))

  it.effect("sends once what the next hop takes", () =>
    Effect.gen(function*() {
      const { deliver, inbox, left, sent } = yield* outbox(undefined)
      yield* deliver
      yield* deliver
      assert.deepStrictEqual([yield* sent, yield* left, (yield* inbox).length], [1, 0, 0])
    }).pipe(Effect.scoped))
})
