/** What the provider does where it cannot encrypt: nothing of a message is kept in clear, and none is lost. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { accept, arrive } from "../../../src/domain/incoming/Arrival.ts"
import { maintainOnce } from "../../../src/domain/keys/OwnKeys.ts"
import { bob, bytesOf, deliverTo, makeDevice, makeProvider, textOf } from "../Correspondents.ts"

const message = bytesOf("From: friend@elsewhere.test", "Subject: tea", "", "Pay 10 to Carol.", "")

describe("arrive", () => {
  it.effect("keeps ciphertext only", () =>
    Effect.gen(function*() {
      const provider = yield* makeProvider
      const device = yield* makeDevice(provider, bob)
      yield* deliverTo(provider, bob, message)
      const [item] = yield* provider.store.incoming(device.account.id, 10)
      const kept = yield* provider.store.fetchIncoming(device.account.id, item?.id ?? "")
      assert.notInclude(textOf(kept ?? new Uint8Array()), "Carol")
    }).pipe(Effect.scoped))

  it.effect("to an expired key asks the sender to wait, and takes it when the key was extended", () =>
    Effect.gen(function*() {
      const provider = yield* makeProvider
      const device = yield* makeDevice(provider, bob)
      yield* TestClock.adjust("400 days")
      const refused = yield* Effect.flip(deliverTo(provider, bob, message))
      assert.strictEqual(refused._tag, "NoKeyYet")
      assert.deepStrictEqual(yield* provider.store.incoming(device.account.id, 10), [])
      yield* maintainOnce().pipe(Effect.provideContext(device.services))
      yield* deliverTo(provider, bob, message)
      assert.deepStrictEqual(yield* device.receive, { received: 1, left: 0 })
    }).pipe(Effect.scoped))

  it.effect("takes the answer at RCPT for half a minute, and asks again after it", () =>
    Effect.gen(function*() {
      const provider = yield* makeProvider
      const device = yield* makeDevice(provider, bob)
      const accepted = yield* accept(bob).pipe(Effect.provideContext(provider.services))
      const letter = { to: bob, bytes: message, receivedBy: "leap.test", accepted }
      const arrives = arrive(letter).pipe(Effect.provideContext(provider.services))
      yield* provider.store.setDisabled(device.account.id, true)
      yield* TestClock.adjust("29 seconds")
      yield* arrives
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* Effect.flip(arrives))._tag, "MailboxDisabled")
    }).pipe(Effect.scoped))
})
