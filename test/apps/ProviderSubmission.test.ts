/** What a provider's submission door answers, with real accounts behind it. */
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Redacted } from "effect"
import * as RateLimitsLocal from "../../src/adapters/rate-limiter/RateLimitsLocal.ts"
import { serveSubmission } from "../../src/adapters/smtp/SubmissionServer.ts"
import { submitting } from "../../src/apps/ProviderSubmission.ts"
import { MailSigner } from "../../src/ports/MailSigner.ts"
import { send } from "../adapters/smtp/SmtpClient.ts"
import { textOf } from "../domain/Correspondents.ts"
import { makeToken } from "../ports/ProviderOverHttp.ts"
import { home, makeHouse } from "./FrontDoors.ts"

/** Signs by saying so. */
const signer = Layer.succeed(MailSigner, {
  sign: (bytes, domain) => Effect.succeed(Buffer.concat([Buffer.from(`Signed-By: ${domain}\r\n`), bytes]))
})

const letter = (from: string) => `From: ${from}\r\nTo: bob@else.test\r\nSubject: x\r\n\r\nx\r\n`

const start = Effect.fnUntraced(function*(limits: { readonly messages?: number; readonly recipients?: number } = {}) {
  const house = yield* makeHouse
  const services = yield* Layer.build(Layer.fresh(Layer.merge(signer, RateLimitsLocal.layer)))
  const rate = (limit = 100) => ({ limit, window: "1 hour" } as const)
  const { port } = yield* serveSubmission(
    { host: "127.0.0.1", port: 0, name: home.name },
    submitting(home, { messages: rate(limits.messages), recipients: rate(limits.recipients) })
  ).pipe(Effect.provideContext(Context.merge(house.provider.services, services)))
  const token = yield* makeToken(house.store, house.ann.account.id)
  const auth = { user: "ann@leap.test", pass: Redacted.value(token) }
  const out = Effect.map(
    house.store.claimOutbound(Number.MAX_SAFE_INTEGER, 0, 100),
    (all) => all.map(({ bytes, to }) => ({ to, text: textOf(bytes) }))
  )
  return {
    house,
    out,
    submit: (from: string, author: string, to: ReadonlyArray<string> = ["bob@else.test"], user = auth.user) =>
      send({ port, from, to, raw: letter(author), auth: { ...auth, user } })
  }
})

const refusedWith = (code: number) => (error: { readonly responseCode: number; readonly response: string }) => {
  assert.strictEqual(error.responseCode, code, error.response)
  return error.response
}

describe("ProviderSubmission", () => {
  it.live("an account writes as itself, as its aliases and their subaddresses; what leaves is signed", () =>
    Effect.gen(function*() {
      const { out, submit } = yield* start()
      yield* submit("ann@leap.test", "Ann <ann@leap.test>")
      yield* submit("Info+x@leap.test", "info@leap.test")
      const sent = yield* out
      assert.deepStrictEqual(sent.map(({ to }) => to), [["bob@else.test"], ["bob@else.test"]])
      for (const { text } of sent) assert.match(text, /^Signed-By: leap\.test\r\nFrom: /)
    }))

  it.live("nobody writes as another, neither in the envelope nor in what the reader sees", () =>
    Effect.gen(function*() {
      const { out, submit } = yield* start()
      const answers = [
        yield* Effect.flip(submit("fay@leap.test", "ann@leap.test")),
        yield* Effect.flip(submit("ann@leap.test", "Fay <fay@leap.test>")),
        yield* Effect.flip(submit("ann@leap.test", "ann@leap.test, president@else.test"))
      ].map(refusedWith(550))
      for (const answer of answers) assert.match(answer, /550 5\.7\.1 \S+ is not an address of this account/)
      refusedWith(535)(yield* Effect.flip(submit("ann@leap.test", "ann@leap.test", undefined, "fay@leap.test")))
      assert.deepStrictEqual(yield* out, [])
    }))

  it.live("wrong addresses at home are refused while the person is there; others at home have it encrypted", () =>
    Effect.gen(function*() {
      const { house, out, submit } = yield* start()
      refusedWith(550)(yield* Effect.flip(submit("ann@leap.test", "ann@leap.test", ["nobody@leap.test"])))
      yield* submit("ann@leap.test", "ann@leap.test", ["fay@leap.test", "bob@else.test"])
      yield* house.fay.receive
      assert.lengthOf(yield* house.fay.inbox, 1)
      assert.deepStrictEqual((yield* out).map(({ to }) => to), [["bob@else.test"]])
    }))

  it.live("what one at home has no room for has not gone to the world: it is submitted again", () =>
    Effect.gen(function*() {
      const { house, out, submit } = yield* start()
      yield* house.store.setQuota(house.fay.account.id, 10)
      const to = ["bob@else.test", "fay@leap.test"]
      refusedWith(452)(yield* Effect.flip(submit("ann@leap.test", "ann@leap.test", to)))
      assert.deepStrictEqual(yield* out, [])
      yield* house.store.setQuota(house.fay.account.id, undefined)
      yield* submit("ann@leap.test", "ann@leap.test", to)
      assert.deepStrictEqual((yield* out).map(({ to }) => to), [["bob@else.test"]])
    }))

  it.live("a stolen token does not send without end", () =>
    Effect.gen(function*() {
      const few = yield* start({ messages: 2 })
      yield* few.submit("ann@leap.test", "ann@leap.test")
      yield* few.submit("ann@leap.test", "ann@leap.test")
      assert.match(
        refusedWith(450)(yield* Effect.flip(few.submit("ann@leap.test", "ann@leap.test"))),
        /450 4\.7\.1 This account has sent all of its 2 messages/
      )
      assert.lengthOf(yield* few.out, 2)
      const narrow = yield* start({ recipients: 2 })
      yield* narrow.submit("ann@leap.test", "ann@leap.test", ["a@else.test", "b@else.test", "c@else.test"])
      assert.deepStrictEqual((yield* narrow.out).map(({ to }) => to), [["a@else.test", "b@else.test"]])
    }))
})
