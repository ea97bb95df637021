/** One person's devices, as commands: an account made here, joined there, and had back when all devices are lost. */
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Schema } from "effect"
import { send } from "../adapters/smtp/SmtpClient.ts"
import { holds } from "./Canary.ts"
import { write } from "./Letter.ts"
import { connect, open } from "./MailReader.ts"
import { makeHome, run, serve, start } from "./Program.ts"

const ADDRESS = "carla@leap.test"
const PASSPHRASE = "a passphrase of her own"

const Created = Schema.Struct({
  address: Schema.String,
  password: Schema.String,
  recoveryPhrase: Schema.optionalKey(Schema.String)
})
const decodeCreated = Schema.decodeUnknownEffect(Schema.fromJsonString(Created))
const decodeDevices = Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.Array(Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  isCurrent: Schema.Boolean
}))))

/** The quickstart's provider takes in whoever comes. */
const make = Effect.gen(function*() {
  const { ready } = yield* start(yield* makeHome)
  return { ...ready, url: `http://${ready.provider.host}:${ready.provider.port}` }
})

class Provider extends Context.Service<Provider, Effect.Success<typeof make>>()("leap-mail/test/e2e/Devices") {}

const succeed = Effect.fnUntraced(
  function*(home: string, args: ReadonlyArray<string>, settings: Readonly<Record<string, string>> = {}) {
    const { code, stderr, stdout } = yield* run(home, args, { LEAP_MAIL_PASSPHRASE: PASSPHRASE, ...settings })
    assert.strictEqual(code, 0, stderr)
    return stdout
  }
)

const bring = Effect.fnUntraced(
  function*(home: string, how: "create" | "join" | "recover", settings: Readonly<Record<string, string>> = {}) {
    const { url } = yield* Provider
    const args = ["account", how, ADDRESS, "--provider", url, "--device", how, "--json"]
    return yield* decodeCreated(yield* succeed(home, args, settings))
  }
)

const receive = Effect.fnUntraced(function*() {
  const { mx } = yield* Provider
  const letter = yield* write("friend@elsewhere.test", ADDRESS)
  yield* send({ port: mx.port, from: "friend@elsewhere.test", to: [ADDRESS], raw: letter.bytes })
  return letter
})

layer(Layer.effect(Provider, make), { excludeTestServices: true, timeout: "3 minutes" })("devices", (it) => {
  it.effect("a laptop is lost, and all comes back with the recovery phrase", () =>
    Effect.gen(function*() {
      const home = { a: yield* makeHome, b: yield* makeHome, c: yield* makeHome }
      const created = yield* bring(home.a, "create")
      assert.strictEqual(created.address, ADDRESS)
      assert.lengthOf(created.recoveryPhrase?.split(" ") ?? [], 24)
      const a = yield* serve(home.a, { LEAP_MAIL_PASSPHRASE: PASSPHRASE })
      assert.deepStrictEqual(a.ready.accounts, [{ address: ADDRESS, password: created.password }])
      const login = { address: ADDRESS, password: created.password }
      const letter = yield* receive()
      const isThere = (mail: ReadonlyArray<{ readonly bytes: Uint8Array }>) =>
        mail.some(({ bytes }) => holds(bytes, letter.subject))
      const onA = yield* open(a.ready.imap, login)
      yield* onA.until(isThere)

      const joined = yield* bring(home.b, "join")
      assert.notStrictEqual(joined.password, created.password)
      const b = yield* serve(home.b, { LEAP_MAIL_PASSPHRASE: PASSPHRASE })
      const onB = yield* open(b.ready.imap, { address: ADDRESS, password: joined.password })
      const [mail] = yield* onB.until(isThere)
      assert.deepStrictEqual(mail?.bytes, (yield* onA.messages)[0]?.bytes)
      const devices = yield* decodeDevices(yield* succeed(home.b, ["devices", "list", "--json"]))
      assert.deepStrictEqual(devices.map(({ isCurrent, name }) => [name, isCurrent]), [["join", true], [
        "create",
        false
      ]])

      // B logs A out: who took it reads nothing more, and its mail programs are out at once.
      const closed = Effect.callback<void>((resume) => void onA.client.once("close", () => resume(Effect.void)))
      const cut = yield* Effect.forkChild(closed, { startImmediately: true })
      yield* succeed(home.b, ["devices", "revoke", "create"])
      yield* Effect.timeout(Fiber.join(cut), "20 seconds")
      assert.strictEqual((yield* Effect.flip(connect(a.ready.imap, login)))._tag, "UnknownError")

      // B is gone, too, and the password forgotten.
      yield* b.stop("SIGKILL")
      const wrong = yield* run(home.c, ["account", "recover", ADDRESS, "--provider", (yield* Provider).url], {
        LEAP_MAIL_PASSPHRASE: "new",
        LEAP_MAIL_RECOVERY_PHRASE: "these are no words"
      })
      assert.deepStrictEqual([wrong.code, wrong.stdout], [1, ""])
      assert.include(wrong.stderr, "it has 24 words")
      const recovered = yield* bring(home.c, "recover", {
        LEAP_MAIL_PASSPHRASE: "a new passphrase",
        LEAP_MAIL_RECOVERY_PHRASE: created.recoveryPhrase ?? ""
      })
      const c = yield* serve(home.c, { LEAP_MAIL_PASSPHRASE: "a new passphrase" })
      const onC = yield* open(c.ready.imap, { address: ADDRESS, password: recovered.password })
      yield* onC.until(isThere)
      yield* c.stop("SIGTERM")

      // B is found again. Its old password opens nothing at the provider; the new one opens what lies on it.
      const old = yield* run(home.b, ["devices", "list"], { LEAP_MAIL_PASSPHRASE: PASSPHRASE })
      assert.strictEqual(old.code, 1)
      assert.include(old.stderr, "ended this device's session")
      const names = yield* succeed(home.b, ["devices", "list"], { LEAP_MAIL_PASSPHRASE: "a new passphrase" })
      assert.include(names, "join  (this device)")
    }))
})
