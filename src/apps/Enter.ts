/** How an account comes to this device: made, joined with its password or a code, or brought back with its phrase. */
import { Clock, Config, Effect, Option, Redacted, Schema } from "effect"
import * as RecoveryPhrase from "../adapters/bip39/RecoveryPhrase.ts"
import { bootstrap } from "../adapters/http/Bootstrap.ts"
import { type Address, canonical, domain } from "../domain/account/Address.ts"
import { enter, openAccount, OtherAccount, setSecret } from "../domain/account/Enrol.ts"
import { makeRootSecret, type RootSecret } from "../domain/vault/RootSecret.ts"
import { Crypto } from "../ports/Crypto.ts"
import * as AccountFolder from "./AccountFolder.ts"
import * as DeviceSession from "./DeviceSession.ts"
import type { Passwords } from "./Password.ts"
import * as ProviderLink from "./ProviderLink.ts"
import * as Slots from "./Slots.ts"
import { makeAppPassword } from "./Unlock.ts"

export class AlreadyHere extends Schema.TaggedError<AlreadyHere>()("AlreadyHere", { address: Schema.String }) {
  override get message(): string {
    return `${this.address} is on this device already: \`leap-mail serve\` opens it`
  }
}

export interface Place {
  readonly home: string
  readonly address: Address
  /** URL of the provider. */
  readonly provider: string
  readonly pin: string | null
  /** Of the relay, which may have another certificate. */
  readonly submissionPin: string | null
  /** As the person sees this device among the account's sessions. */
  readonly device: string
}

type Secret = Redacted.Redacted<string>

export const APP_PASSWORD = "LEAP_MAIL_PASSWORD"

/** The one that was set, or a random one. */
const chooseAppPassword = Effect.gen(function*() {
  const given = yield* Effect.orElseSucceed(Config.option(Config.Redacted(APP_PASSWORD)), () => Option.none<Secret>())
  return Option.isSome(given) && Redacted.value(given.value) !== ""
    ? { app: given.value, isRandom: false }
    : { app: yield* makeAppPassword, isRandom: true }
})

const find = Effect.fnUntraced(function*({ address, device, home, pin, provider, submissionPin }: Place) {
  const doors = yield* bootstrap(provider, pin ?? undefined).pipe(Effect.provide(ProviderLink.layerHttp(pin)))
  const folder = yield* AccountFolder.pathOf(home, address)
  const { api, submission } = doors
  const facts: AccountFolder.Facts = {
    version: 1,
    address: canonical(address),
    provider,
    pin,
    device,
    api,
    submission: submissionPin === null ? submission : { ...submission, pin: submissionPin }
  }
  return { folder, facts, domains: doors.domains }
})

/** What lies here of the account stays, and opens with the new secrets. The last file tells that all are there. */
const settle = Effect.fnUntraced(function*(
  { facts, folder }: AccountFolder.AccountFolder,
  root: RootSecret,
  token: Secret,
  passphrase: Secret
) {
  const app = yield* chooseAppPassword
  const passwords: Passwords = { account: passphrase, ...app }
  const known = yield* Slots.openWithRoot(folder, root)
  if (known === undefined && (yield* Slots.read(folder)) !== undefined) {
    return yield* new OtherAccount({ address: facts.address })
  }
  const changed = known && (yield* Slots.setAppPassword(yield* Slots.setPassphrase(known, passphrase), app))
  if (changed !== undefined) yield* Slots.save(folder, changed.slots)
  const { secrets } = changed ?? (yield* Slots.make(folder, root, passwords))
  const since = yield* Clock.currentTimeMillis
  yield* DeviceSession.write(folder, facts.address, secrets.databaseKey, { token, since, appPassword: app.app })
  yield* AccountFolder.write(folder, facts)
  return app.app
})

export interface Entered {
  readonly address: Address
  /** What mail clients log in with on this device. */
  readonly password: Secret
}

/** A recovery phrase that takes the place of any before it. */
export const makePhrase = Effect.fn("Enter.makePhrase")(function*(address: Address, root: RootSecret) {
  const crypto = yield* Crypto
  const phrase = RecoveryPhrase.fromEntropy(yield* crypto.randomBytes(RecoveryPhrase.ENTROPY_BYTES))
  yield* setSecret(address, root, { kind: "phrase", secret: phrase })
  return phrase
})

const refuseHere = Effect.fnUntraced(function*({ address, home }: Place) {
  const folder = yield* AccountFolder.pathOf(home, address)
  if ((yield* AccountFolder.read(folder)) !== undefined) return yield* new AlreadyHere({ address })
})

/** Answers the mail clients' password and the recovery phrase. */
export const create = Effect.fn("Enter.create")(function*(place: Place, passphrase: Secret, invite?: string) {
  yield* refuseHere(place)
  const account = yield* find(place)
  const { address } = place
  const root = yield* makeRootSecret
  const session = yield* openAccount(address, passphrase, root, place.device, invite).pipe(
    Effect.provide(ProviderLink.layerEnrolment(account.facts))
  )
  const phrase = yield* makePhrase(address, root).pipe(
    Effect.provide(ProviderLink.layerSession(account.facts, session.token))
  )
  const password = yield* AccountFolder.locked(account.folder, settle(account, root, session.token, passphrase))
  return { address: account.facts.address, password, phrase }
})

/** With the account's password; or with a `code`, and then `passphrase` opens the account on this device only. */
export const join = Effect.fn("Enter.join")(function*(place: Place, passphrase: Secret, code?: Secret) {
  const account = yield* find(place)
  const [secret, kind] = code === undefined ? [passphrase, "password" as const] : [code, "code" as const]
  const { root, token } = yield* enter(place.address, secret, place.device, kind).pipe(
    Effect.provide(ProviderLink.layerEnrolment(account.facts))
  )
  const password = yield* AccountFolder.locked(account.folder, settle(account, root, token, passphrase))
  const entered: Entered = { address: account.facts.address, password }
  return entered
})

/** The phrase opens the account, and `passphrase` becomes its password: all other devices are logged out. */
export const recover = Effect.fn("Enter.recover")(function*(place: Place, phrase: Secret, passphrase: Secret) {
  const account = yield* find(place)
  const { address } = place
  const { root, token } = yield* enter(address, phrase, place.device, "phrase").pipe(
    Effect.provide(ProviderLink.layerEnrolment(account.facts))
  )
  yield* setSecret(address, root, { kind: "password", secret: passphrase }).pipe(
    Effect.provide(ProviderLink.layerSession(account.facts, token))
  )
  const password = yield* AccountFolder.locked(account.folder, settle(account, root, token, passphrase))
  const entered: Entered = { address: account.facts.address, password }
  return entered
})

/** Where a provider is looked for when none is named. */
export const providerOf = (address: Address): string => `https://${domain(address)}`
