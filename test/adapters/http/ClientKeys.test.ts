/** What programs ask of an account's keys at the client's HTTP door, with the account's own programs behind it. */
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Redacted } from "effect"
import * as ClientServer from "../../../src/adapters/http/ClientServer.ts"
import { Address } from "../../../src/domain/account/Address.ts"
import { learn } from "../../../src/domain/keys/Learn.ts"
import { AccountNotOpen, AccountPrograms } from "../../../src/ports/AccountPrograms.ts"
import { Accounts, LoginRefused } from "../../../src/ports/Accounts.ts"
import { MailStore } from "../../../src/ports/MailStore.ts"
import { OpenPgp } from "../../../src/ports/OpenPgp.ts"
import { alice, bob, makeDevice, makeProvider } from "../../domain/Correspondents.ts"
import { call } from "./RawHttp.ts"

const zoe = Address.make("zoe@elsewhere.test")

/** Alice's door. `close` ends her session with the provider. */
const door = Effect.gen(function*() {
  const provider = yield* makeProvider
  const device = yield* makeDevice(provider, alice)
  const store = Context.get(device.services, MailStore)
  let isOpen = true
  const accounts = Accounts.of({
    addresses: Effect.succeed([alice]),
    login: (_, password) =>
      Redacted.value(password) === "right" ? Effect.succeed(store) : Effect.fail(new LoginRefused())
  })
  const programs = AccountPrograms.of({
    within: (account, program) =>
      account === store && isOpen
        ? Effect.provideContext(program, device.services)
        : Effect.fail(new AccountNotOpen())
  })
  const { host, port } = yield* ClientServer.serve({ host: "127.0.0.1", port: 0, setting: "X" }).pipe(
    Effect.provideService(Accounts, accounts),
    Effect.provideService(AccountPrograms, programs)
  )
  const ask = Effect.fnUntraced(function*(path: string, body?: unknown, password = "right") {
    const answer = yield* call(`http://${host}:${port}`, `/v1/${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Basic ${Buffer.from(`${alice}:${password}`).toString("base64")}` },
      body: body === undefined ? "" : JSON.stringify(body)
    })
    return { status: answer.status, body: answer.body === "" ? undefined : JSON.parse(answer.body) }
  })
  return { ask, close: () => isOpen = false, device, provider }
})

/** Another certificate for zoe, as mail brings it. */
const shown = Effect.fnUntraced(function*() {
  const pgp = yield* OpenPgp
  const { certificate } = yield* pgp.generate({ name: "Zoe", email: zoe }, { expiresInSeconds: undefined })
  yield* learn({ address: zoe, certificate, level: 0, source: "mail" })
  return (yield* pgp.inspect(certificate)).fingerprint
})

describe("POST /v1/preflight", () => {
  it.live("says what would happen, to who has the password", () =>
    Effect.gen(function*() {
      const { ask, provider } = yield* door
      const friend = yield* makeDevice(provider, bob)
      const pgp = Context.get(friend.services, OpenPgp)
      const { fingerprint } = yield* pgp.inspect(friend.keys.certificate)
      const { body, status } = yield* ask("preflight", { to: [bob, zoe, "nobody"], policy: "require" })
      assert.strictEqual(status, 200)
      const [known, unknown, wrong] = body.recipients
      assert.isTrue(body.refused)
      assert.deepStrictEqual(known.key, { fingerprint, level: "Provider_Trust", source: "provider" })
      assert.deepStrictEqual([known.address, known.outcome, known.reason, known.waiting], [bob, "encrypted", null, 0])
      assert.deepStrictEqual([unknown.outcome, unknown.key, unknown.recommendation], ["refused", null, "disable"])
      assert.include(unknown.reason, zoe)
      assert.include(wrong.reason, "correct it")
      assert.strictEqual((yield* ask("preflight", { to: [bob] }, "wrong")).status, 401)
    }))

  it.live("takes no more recipients than a message has, and no wish that it does not know", () =>
    Effect.gen(function*() {
      const { ask, close } = yield* door
      const many = Array.from({ length: 1001 }, (_, index) => `p${index}@leap.test`)
      for (const body of [{ to: many }, { to: ["x".repeat(321)] }, { to: ["a@b.c"], policy: "must" }, {}]) {
        assert.strictEqual((yield* ask("preflight", body)).status, 400)
      }
      close()
      assert.strictEqual((yield* ask("preflight", { to: [] })).status, 503)
    }))
})

describe("/v1/keys", () => {
  it.live("one's own, those in use, and those that wait; what is compared is used, what is rejected waits no longer", () =>
    Effect.gen(function*() {
      const { ask, device } = yield* door
      const [first, second, third] = yield* Effect.all([shown(), shown(), shown()]).pipe(
        Effect.provideContext(device.services)
      )
      const { body: before } = yield* ask("keys")
      assert.deepStrictEqual([before.own.address, before.own.level, before.own.state], [alice, "Fingerprint", "good"])
      const used = (keys: ReadonlyArray<{ readonly address: string; readonly fingerprint: string }>) =>
        keys.map(({ address, fingerprint }) => [address, fingerprint])
      assert.deepStrictEqual(used(before.others), [[zoe, first]])
      assert.strictEqual(before.waiting, 2)
      assert.sameDeepMembers(used((yield* ask("keys/pending")).body), [[zoe, second], [zoe, third]])

      const path = `keys/${encodeURIComponent(zoe)}`
      const spelled = second.toLowerCase().replaceAll(/(.{4})/g, "$1 ")
      const compared = yield* ask(`${path}/compare`, { fingerprint: spelled })
      assert.strictEqual(compared.status, 200)
      assert.deepStrictEqual([compared.body.key.fingerprint, compared.body.key.level], [second, "Fingerprint"])
      const rejected = yield* ask(`${path}/reject`, { fingerprint: third })
      assert.strictEqual(
        rejected.body.others.find((one: { fingerprint: string }) => one.fingerprint === third).decision,
        "rejected"
      )
      const { body: page } = yield* ask(path)
      assert.deepStrictEqual([page.address, page.key.fingerprint, page.wish], [zoe, second, null])
      assert.deepStrictEqual(used((yield* ask("keys")).body.others), [[zoe, second]])
      // What was compared is known better than what is only said to be right.
      assert.strictEqual((yield* ask(`${path}/accept`, {})).body.key.level, "Fingerprint")
    }))

  it.live("of whom nothing is known, nothing can be decided; nobody asks without the password", () =>
    Effect.gen(function*() {
      const { ask, close } = yield* door
      assert.deepStrictEqual((yield* ask(`keys/${zoe}`)).body, { address: zoe, key: null, others: [], wish: null })
      for (
        const [decision, body] of [["accept", {}], ["compare", { fingerprint: "AB" }], ["reject", {
          fingerprint: "AB"
        }]]
      ) {
        const { body: refusal, status } = yield* ask(`keys/${zoe}/${String(decision)}`, body)
        assert.strictEqual(status, 404)
        assert.match(refusal.message, /^No key of zoe@elsewhere\.test was taken: none /)
      }
      assert.strictEqual((yield* ask("keys/nobody")).status, 400)
      assert.strictEqual((yield* ask(`keys/${zoe}/compare`, {})).status, 400)
      assert.strictEqual((yield* ask("keys", undefined, "wrong")).status, 401)
      close()
      assert.strictEqual((yield* ask("keys")).status, 503)
    }))
})
