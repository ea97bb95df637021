/** The secrets that open an account, at its provider and on its devices: each alone, changed, lost and cut in between. */
import { assert, layer } from "@effect/vitest"
import { Context, Effect, FileSystem, Layer, Option, Redacted } from "effect"
import * as RecoveryPhrase from "../../src/adapters/bip39/RecoveryPhrase.ts"
import * as AccountFolder from "../../src/apps/AccountFolder.ts"
import * as Enter from "../../src/apps/Enter.ts"
import * as Session from "../../src/apps/Session.ts"
import * as Slots from "../../src/apps/Slots.ts"
import { unlockHere } from "../../src/apps/Unlock.ts"
import { Address } from "../../src/domain/account/Address.ts"
import { makeFolder, makeProvider, platform } from "./House.ts"
import { cutter } from "./Wiretap.ts"

class Provider extends Context.Service<Provider, Effect.Success<typeof makeProvider>>()(
  "leap-mail/test/apps/Secrets"
) {}

const provider = Layer.effect(Provider, makeProvider).pipe(Layer.provideMerge(platform))

const OLD = Redacted.make("the old passphrase")
const NEW = Redacted.make("the new passphrase")

const placeOf = Effect.fnUntraced(function*(name: string, device: string, provider?: string) {
  const { provider: { host, port } } = yield* Provider
  const place: Enter.Place = {
    home: yield* makeFolder,
    address: Address.make(`${name}@leap.test`),
    provider: provider ?? `http://${host}:${port}`,
    pin: null,
    submissionPin: null,
    device
  }
  return place
})

const accountIn = ({ address, home }: Enter.Place) => AccountFolder.choose(home, Option.some(address))

/** Whether a device that has nothing yet comes in with it. */
const entersWith = (name: string, passphrase: Redacted.Redacted<string>) =>
  Effect.flatMap(placeOf(name, "probe"), (place) => Enter.join(place, passphrase)).pipe(
    Effect.as(true),
    Effect.catchTag("EnrolmentRefused", ({ reason }) => {
      assert.strictEqual(reason, "WrongPassword")
      return Effect.succeed(false)
    })
  )

const opensHere = Effect.fnUntraced(function*(place: Enter.Place, passphrase: Redacted.Redacted<string>) {
  const account = yield* accountIn(place)
  return yield* unlockHere(account, passphrase, false).pipe(
    Effect.as(true),
    Effect.catchTag("EnrolmentRefused", () => Effect.succeed(false))
  )
})

layer(provider, { excludeTestServices: true, timeout: "2 minutes" })("the secrets of an account", (it) => {
  it.effect("a code lets one device in, once", () =>
    Effect.gen(function*() {
      const first = yield* placeOf("gerda", "first")
      yield* Enter.create(first, OLD)
      const { code } = yield* Session.inSession(yield* accountIn(first), OLD, Session.makeCode)
      assert.match(Redacted.value(code), /^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/)
      const second = yield* placeOf("gerda", "second")
      yield* Enter.join(second, NEW, code)
      const again = yield* Effect.flip(Enter.join(yield* placeOf("gerda", "third"), NEW, code))
      assert.deepInclude(again, { _tag: "EnrolmentRefused", reason: "WrongPassword" })
      // What opens it there is its own; the account's password is what it was.
      const account = yield* accountIn(second)
      const here = yield* Slots.openWith(account.folder, second.address, NEW)
      const there = yield* Slots.openWith((yield* accountIn(first)).folder, first.address, OLD)
      assert.deepStrictEqual(
        here && Redacted.value(here.secrets.root),
        there && Redacted.value(there.secrets.root)
      )
      assert.deepStrictEqual([yield* entersWith("gerda", OLD), yield* entersWith("gerda", NEW)], [true, false])
    }))

  it.effect("a new phrase takes the place of the last, and the files of a device hold neither", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const first = yield* placeOf("hanna", "first")
      const { phrase } = yield* Enter.create(first, OLD)
      const account = yield* accountIn(first)
      const next = yield* Session.inSession(account, OLD, Session.newPhrase)
      const lost = yield* placeOf("hanna", "lost")
      const refused = yield* Effect.flip(Enter.recover(lost, phrase, NEW))
      assert.deepInclude(refused, { _tag: "EnrolmentRefused", reason: "WrongPassword" })
      assert.include(refused.message, "recovery phrase")
      const typed = RecoveryPhrase.read(Redacted.make(`  ${Redacted.value(next).toUpperCase().replaceAll(" ", "\n")} `))
      assert(Redacted.isRedacted(typed))
      yield* Enter.recover(lost, typed, NEW)
      assert.deepStrictEqual([yield* entersWith("hanna", OLD), yield* entersWith("hanna", NEW)], [false, true])
      for (const file of yield* fs.readDirectory(account.folder)) {
        const text = yield* fs.readFileString(`${account.folder}/${file}`)
        for (const secret of [phrase, next, OLD, NEW]) assert.notInclude(text, Redacted.value(secret))
      }
    }))

  it.effect("a device that slept through a change of the password opens with the new one, and keeps what it has", () =>
    Effect.gen(function*() {
      const [first, second] = [yield* placeOf("ida", "first"), yield* placeOf("ida", "second")]
      yield* Enter.create(first, OLD)
      yield* Enter.join(second, OLD)
      yield* Session.changePassphrase(yield* accountIn(first), OLD, NEW)
      const account = yield* accountIn(second)
      const before = yield* Slots.openWith(account.folder, second.address, OLD)
      const opened = yield* unlockHere(account, NEW, false)
      assert.deepStrictEqual(
        before && Redacted.value(before.secrets.databaseKey),
        Redacted.value(opened.secrets.databaseKey)
      )
      const stale = yield* Effect.flip(Slots.openWith(account.folder, second.address, OLD))
      assert.strictEqual(stale._tag, "WrongPassphrase")
    }))

  for (const when of ["before", "after"] as const) {
    it.effect(`a change of the password that is cut off ${when} the provider has it leaves one that opens both sides`, () =>
      Effect.gen(function*() {
        const name = `julia.${when}`
        const { provider } = yield* Provider
        const line = yield* cutter(provider)
        const place = yield* placeOf(name, "first", `http://${line.endpoint.host}:${line.endpoint.port}`)
        yield* Enter.create(place, OLD)
        line.cutCall("/v1/credentials/password/finish", when)
        const outcome = yield* Effect.result(Session.changePassphrase(yield* accountIn(place), OLD, NEW))
        line.heal()
        assert.strictEqual(outcome._tag, "Failure")
        const there = { old: yield* entersWith(name, OLD), new: yield* entersWith(name, NEW) }
        assert.deepStrictEqual(there, { old: when === "before", new: when === "after" })
        // The one that opens there opens here; the other one opens nothing.
        const valid = there.new ? NEW : OLD
        assert.isFalse(yield* opensHere(place, there.new ? OLD : NEW))
        assert.isTrue(yield* opensHere(place, valid))
      }))
  }
})
