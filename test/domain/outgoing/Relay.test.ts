/** Mail for elsewhere: what one message, or one server, does to the others. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { Address } from "../../../src/domain/account/Address.ts"
import { relayOutbound } from "../../../src/domain/outgoing/Relay.ts"
import { MailTransport, type OutgoingMessage, type RefusedRecipient } from "../../../src/ports/MailTransport.ts"
import { alice, bob, bytesOf, makeDevice, makeProvider } from "../Correspondents.ts"

const home = { domains: ["leap.test"], name: "mx.leap.test" }
const letter = bytesOf("From: bob@leap.test", "Subject: tea", "", "tea?", "")

/** `bad@` is nobody, `slow.test` never answers, all others have it. */
const start = Effect.gen(function*() {
  const provider = yield* makeProvider
  const sent: Array<string> = []
  const send = ({ to }: OutgoingMessage): Effect.Effect<ReadonlyArray<RefusedRecipient>> => {
    if (to.some((one) => one.endsWith("@slow.test"))) return Effect.never
    const refused = to.filter((one) => one.startsWith("bad@"))
    sent.push(...to.filter((one) => !refused.includes(one)))
    return Effect.succeed(refused.map((one) => ({ to: one, reason: "550 5.1.1 Nobody" })))
  }
  yield* relayOutbound(home).pipe(
    Effect.provide(Layer.succeed(MailTransport, { send })),
    Effect.provideContext(provider.services),
    Effect.forkScoped
  )
  const offer = (account: number, from: string, to: ReadonlyArray<string>) =>
    provider.store.enqueueOutbound({ account, from, to, bytes: letter, offeredAt: 0 })
  return { provider, sent, offer }
})

describe("relayOutbound", () => {
  it.effect("a sender without room for the news of a failure holds nobody up, and nobody has the message twice", () =>
    Effect.gen(function*() {
      const { offer, provider, sent } = yield* start
      const device = yield* makeDevice(provider, bob)
      yield* provider.store.setQuota(device.account.id, 1)
      yield* offer(device.account.id, bob, ["good@else.test", "bad@else.test"])
      yield* offer(device.account.id, bob, ["other@else.test"])
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(sent.toSorted(), ["good@else.test", "other@else.test"])
      assert.strictEqual(yield* provider.store.outboundCount, 1)

      yield* provider.store.setQuota(device.account.id, undefined)
      yield* TestClock.adjust("4 hours")
      assert.strictEqual(yield* provider.store.outboundCount, 0)
      yield* device.receive
      assert.lengthOf(yield* device.inbox, 1)
      assert.lengthOf(sent, 2)
    }).pipe(Effect.scoped))

  it.effect("a server that never answers holds up its own mail alone, and is tried again", () =>
    Effect.gen(function*() {
      const { offer, provider, sent } = yield* start
      const device = yield* makeDevice(provider, alice)
      for (let one = 0; one < 10; one++) yield* offer(device.account.id, alice, [`x${one}@slow.test`])
      yield* offer(device.account.id, alice, ["good@else.test"])
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(sent, ["good@else.test"])
      yield* TestClock.adjust("14 minutes")
      const due = yield* provider.store.claimOutbound(20 * 60_000, 30 * 60_000, 20)
      assert.strictEqual(due.length, 10)
      assert.isTrue(due.every(({ attempts }) => attempts === 1))
    }).pipe(Effect.scoped))

  it.effect("a notification that nobody can be told of is dropped (RFC 5321 §6.1)", () =>
    Effect.gen(function*() {
      const { offer, provider } = yield* start
      const device = yield* makeDevice(provider, bob)
      yield* offer(device.account.id, "", ["bad@else.test"])
      yield* offer(device.account.id, Address.make("gone@leap.test"), ["bad@else.test"])
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(yield* provider.store.outboundCount, 0)
      assert.deepStrictEqual(yield* device.receive, { received: 0, left: 0 })
    }).pipe(Effect.scoped))
})
