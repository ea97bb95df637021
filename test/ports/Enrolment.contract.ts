/** What every way to enrol answers. OPAQUE itself is the library's to test; what is made of it is ours. */
import { assert, layer } from "@effect/vitest"
import { Effect, type Layer, Redacted } from "effect"
import { Address } from "../../src/domain/account/Address.ts"
import { Enrolment } from "../../src/ports/Enrolment.ts"
import { EnrolmentExchange } from "../../src/ports/EnrolmentExchange.ts"

const password = Redacted.make("correct horse")
const wrapped = Uint8Array.from([7, 7, 7])

export const enrolmentContract = <E>(
  name: string,
  implementation: Layer.Layer<Enrolment | EnrolmentExchange, E>
) =>
  layer(implementation, { excludeTestServices: true })(`Enrolment: ${name}`, (it) => {
    it.effect("registers and logs in, under any spelling of the address", () =>
      Effect.gen(function*() {
        const enrolment = yield* Enrolment
        let first: Redacted.Redacted<Uint8Array> | undefined
        const wrap = (exportKey: Redacted.Redacted<Uint8Array>) => {
          first = exportKey
          return Effect.succeed(wrapped)
        }
        const opened = yield* enrolment.register(Address.make("ann@leap.test"), password, wrap, "desk")
        const login = yield* enrolment.login(Address.make("Ann+work@leap.test"), password, "laptop")
        assert.deepStrictEqual(login.wrappedRoot, wrapped)
        assert.strictEqual(Redacted.value(login.exportKey).length, 64)
        assert.deepStrictEqual(first && Redacted.value(first), Redacted.value(login.exportKey))
        const again = yield* enrolment.login(Address.make("ann@leap.test"), password, "phone")
        assert.lengthOf(new Set([opened, login.token, again.token].map(Redacted.value)), 3)
        assert.notInclude(String(login.token), Redacted.value(login.token))
        const wrong = yield* Effect.flip(
          enrolment.login(Address.make("ann@leap.test"), Redacted.make("Correct horse"), "laptop")
        )
        assert.deepInclude(wrong, { _tag: "EnrolmentRefused", reason: "WrongPassword" })
      }))

    it.effect("refuses what it does not serve or has already", () =>
      Effect.gen(function*() {
        const enrolment = yield* Enrolment
        const register = (address: string) =>
          enrolment.register(Address.make(address), password, () => Effect.succeed(wrapped), "desk")
        yield* register("bob@leap.test")
        assert.deepInclude(yield* Effect.flip(register("Bob@leap.test")), { reason: "AddressTaken" })
        const elsewhere = yield* Effect.flip(register("bob@else.test"))
        assert.deepInclude(elsewhere, { _tag: "EnrolmentRefused", reason: "AddressNotServed" })
        assert.include(elsewhere.message, "leap.test")
      }))

    it.effect("does not tell whether an address exists, and counts guesses", () =>
      Effect.gen(function*() {
        const enrolment = yield* Enrolment
        const exchange = yield* EnrolmentExchange
        const nobody = Address.make("nobody@leap.test")
        const unknown = yield* Effect.flip(enrolment.login(nobody, password, "laptop"))
        assert.deepInclude(unknown, { reason: "WrongPassword" })
        const garbage = yield* Effect.flip(exchange.loginStart(nobody, "garbage"))
        assert.deepInclude(garbage, { reason: "Malformed" })
        const stale = yield* Effect.flip(exchange.loginFinish("unknown", "garbage", "laptop"))
        assert.strictEqual(stale._tag, "EnrolmentRefused")
        for (let guess = 0; guess < 18; guess++) yield* Effect.flip(exchange.loginStart(nobody, "garbage"))
        const refused = yield* Effect.flip(exchange.loginStart(nobody, "garbage"))
        assert.deepInclude(refused, { reason: "TooManyAttempts" })
      }))
  })
