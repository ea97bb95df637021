/** What every MailTransport answers, against a next hop that refuses some: `gone@` for good, `later@` for now. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Layer, type Scope } from "effect"
import { MailTransport, type OutgoingMessage } from "../../src/ports/MailTransport.ts"

export interface Subject {
  readonly layer: Layer.Layer<MailTransport>
  /** What the next hop took, oldest first. */
  readonly taken: Effect.Effect<ReadonlyArray<OutgoingMessage>>
}

export const refusalOf = (to: string): string | undefined =>
  to.startsWith("gone@") ? "550 5.1.1 Gone" : to.startsWith("later@") ? "451 4.7.1 Later" : undefined

const raw = "From: a@b.test\r\nSubject: x\r\n\r\n.\r\n..dots\r\nFrom here \xe9\r\n\r\n \t\r\n"
const bytes = Uint8Array.from(Buffer.from(raw, "latin1"))
const from = "alice@leap.test"

export const mailTransportContract = (name: string, make: Effect.Effect<Subject, never, Scope.Scope>) =>
  describe(`MailTransport: ${name}`, () => {
    const sending = Effect.fnUntraced(function*(message: Omit<OutgoingMessage, "bytes">) {
      const { layer, taken } = yield* make
      const outcome = yield* MailTransport.use((transport) => transport.send({ ...message, bytes })).pipe(
        Effect.provide(layer),
        Effect.result
      )
      return { outcome, taken: yield* taken }
    })

    it.live("hands over the bytes as they are", () =>
      Effect.gen(function*() {
        const { outcome, taken } = yield* sending({ from, to: ["bob@else.test", "carol@else.test"] })
        assert.deepStrictEqual(outcome, yield* Effect.result(Effect.succeed([])))
        assert.deepStrictEqual(taken.map((one) => [one.from, one.to]), [[from, ["bob@else.test", "carol@else.test"]]])
        assert.strictEqual(Buffer.from(taken[0]!.bytes).toString("latin1"), raw)
      }))

    it.live("sends from the null sender", () =>
      Effect.gen(function*() {
        assert.deepStrictEqual((yield* sending({ from: "", to: ["bob@else.test"] })).taken.map((one) => one.from), [""])
      }))

    it.live("answers who was refused while others were accepted", () =>
      Effect.gen(function*() {
        const { outcome, taken } = yield* sending({ from, to: ["gone@else.test", "bob@else.test", "later@else.test"] })
        assert(outcome._tag === "Success")
        assert.deepStrictEqual(outcome.success, [
          { to: "gone@else.test", reason: "550 5.1.1 Gone" },
          { to: "later@else.test", reason: "451 4.7.1 Later", transient: true }
        ])
        assert.deepStrictEqual(taken.map((one) => one.to), [["bob@else.test"]])
      }))

    it.live("answers all of them where all are refused for good", () =>
      Effect.gen(function*() {
        const { outcome, taken } = yield* sending({ from, to: ["gone@else.test"] })
        assert(outcome._tag === "Success")
        assert.deepStrictEqual(outcome.success, [{ to: "gone@else.test", reason: "550 5.1.1 Gone" }])
        assert.deepStrictEqual(taken, [])
      }))

    it.live("fails for now where all are refused for now", () =>
      Effect.gen(function*() {
        const { outcome } = yield* sending({ from, to: ["later@else.test"] })
        assert(outcome._tag === "Failure")
        assert.isTrue(outcome.failure.transient)
        assert.include(outcome.failure.reason, "451 4.7.1 Later")
      }))

    it.live("fails for good without a recipient", () =>
      Effect.gen(function*() {
        const { outcome } = yield* sending({ from, to: [] })
        assert(outcome._tag === "Failure")
        assert.isFalse(outcome.failure.transient)
      }))
  })
