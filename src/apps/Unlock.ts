/** From a password to an account's keys and a session at its provider. */
import { Clock, Effect, Redacted } from "effect"
import { Base64Url } from "effect/encoding"
import type { Address } from "../domain/account/Address.ts"
import { enter, openAccount, OtherAccount } from "../domain/account/Enrol.ts"
import type * as KeySlots from "../domain/vault/KeySlots.ts"
import { makeRootSecret, type RootSecret } from "../domain/vault/RootSecret.ts"
import { AccountAccess } from "../ports/AccountAccess.ts"
import { Crypto } from "../ports/Crypto.ts"
import { locked } from "./AccountFolder.ts"
import type { AccountFolder } from "./AccountFolder.ts"
import * as DeviceSession from "./DeviceSession.ts"
import type { Passwords } from "./Password.ts"
import * as ProviderLink from "./ProviderLink.ts"
import * as Slots from "./Slots.ts"

/** As the person sees the quickstart among an account's sessions. */
export const QUICKSTART = "leap-mail quickstart"
const APP_PASSWORD_BYTES = 16

export interface Online {
  readonly token: Redacted.Redacted<string>
  readonly submission: { readonly host: string; readonly port: number; readonly pin?: string }
  readonly provider: ProviderLink.ProviderAddress
}

/** An account whose keys are in memory. */
export interface Unlocked extends Slots.OpenSlots {
  readonly address: Address
  readonly folder: string
  readonly appPassword: Redacted.Redacted<string> | undefined
  /** undefined: it stays off the network. */
  readonly online: Online | undefined
}

export const checkRoot = Effect.fnUntraced(function*(address: Address, known: RootSecret, root: RootSecret) {
  const crypto = yield* Crypto
  const isSame = yield* crypto.timingSafeEqual(Redacted.value(known), Redacted.value(root))
  if (!isSame) return yield* new OtherAccount({ address })
})

export const makeAppPassword = Effect.gen(function*() {
  const crypto = yield* Crypto
  return Redacted.make(Base64Url.encode(yield* crypto.randomBytes(APP_PASSWORD_BYTES)), { label: "app password" })
})

export interface Locked {
  readonly address: Address
  readonly folder: string
  readonly passwords: Passwords
}

/** One that is there is entered: its home here was lost. */
const openOrEnter = (address: Address, password: Passwords["account"]) =>
  Effect.flatMap(makeRootSecret, (root) => openAccount(address, password, root, QUICKSTART)).pipe(
    Effect.catchIf(
      (error) => error._tag === "EnrolmentRefused" && error.reason === "AddressTaken",
      () => enter(address, password, QUICKSTART)
    )
  )

/** An account that is not there yet is opened; one that is, comes to a new device with its password. */
export const unlock = Effect.fn("Unlock.unlock")(function*({ address, folder, passwords }: Locked) {
  const known = yield* Slots.open(folder, address, passwords)
  const last = known && (yield* DeviceSession.read(folder, address, known.secrets.databaseKey))
  const now = yield* Clock.currentTimeMillis
  if (known !== undefined && last !== undefined && DeviceSession.isFresh(last, now)) {
    return { token: last.token, ...known }
  }
  const { root, token } = known === undefined
    ? yield* openOrEnter(address, passwords.account)
    : yield* enter(address, passwords.account, QUICKSTART)
  if (known !== undefined) yield* checkRoot(address, known.secrets.root, root)
  const opened = known ?? (yield* Slots.make(folder, root, passwords))
  yield* DeviceSession.write(folder, address, opened.secrets.databaseKey, {
    token,
    since: now,
    appPassword: passwords.app
  })
  return { token, ...opened }
})

/** One that a device no longer uses. That it may be over already is no failure. */
const endSession = Effect.fnUntraced(function*(provider: ProviderLink.ProviderAddress, token: Online["token"]) {
  const end = Effect.gen(function*() {
    const access = yield* AccountAccess
    const current = (yield* access.sessions).find(({ isCurrent }) => isCurrent)
    if (current !== undefined) yield* access.revokeSession(current.id)
  })
  yield* end.pipe(
    Effect.provide(ProviderLink.layerSession(provider, token)),
    Effect.catch((error) => Effect.logDebug("The device's last session was not ended", error))
  )
})

const logIn = Effect.fnUntraced(function*(
  { facts, folder }: AccountFolder,
  passphrase: Redacted.Redacted<string>,
  here: Slots.OpenSlots | undefined
) {
  const { address, device } = facts
  const { root, token } = yield* enter(address, passphrase, device).pipe(
    Effect.provide(ProviderLink.layerEnrolment(facts))
  )
  const known = here ?? (yield* Slots.openWithRoot(folder, root))
  if (known === undefined) return yield* new OtherAccount({ address })
  yield* checkRoot(address, known.secrets.root, root)
  const last = yield* DeviceSession.read(folder, address, known.secrets.databaseKey)
  const isPassphraseKept = here !== undefined && Slots.count(known.slots, "passphrase") === 1
  let opened = isPassphraseKept ? known : yield* Slots.setPassphrase(known, passphrase)
  const isAppKept = last !== undefined && Slots.count(known.slots, "app-password") > 0
  const appPassword = isAppKept ? last.appPassword : yield* makeAppPassword
  if (!isAppKept) opened = yield* Slots.setAppPassword(opened, { app: appPassword, isRandom: true })
  const session = { token, since: yield* Clock.currentTimeMillis, appPassword }
  yield* locked(
    folder,
    Effect.andThen(
      Slots.save(folder, opened.slots),
      DeviceSession.write(folder, address, known.secrets.databaseKey, session)
    )
  )
  if (last !== undefined) yield* endSession(facts, last.token)
  return { opened, session }
})

const unlockOffline = Effect.fn("Unlock.unlockOffline")(function*(
  { facts: { address }, folder }: AccountFolder,
  passphrase: Redacted.Redacted<string>
) {
  const here = yield* Slots.openWith(folder, address, passphrase)
  if (here === undefined) return yield* new Slots.WrongPassphrase({ address })
  const kept = yield* DeviceSession.read(folder, address, here.secrets.databaseKey)
  const unlocked: Unlocked = { ...here, address, folder, appPassword: kept?.appPassword, online: undefined }
  return unlocked
})

/** `passphrase` opens what lies here; where it was changed on another device, the provider shows that it is the new one. */
export const unlockOnline = Effect.fn("Unlock.unlockOnline")(function*(
  account: AccountFolder,
  passphrase: Redacted.Redacted<string>
) {
  const { facts: { address, api, pin, submission }, folder } = account
  const here = yield* Effect.catchTag(
    Slots.openWith(folder, address, passphrase),
    "WrongPassphrase",
    () => Effect.undefined
  )
  const last = here && (yield* DeviceSession.read(folder, address, here.secrets.databaseKey))
  const kept = here && last && { opened: here, session: last }
  const isFresh = kept !== undefined && DeviceSession.isFresh(kept.session, yield* Clock.currentTimeMillis) &&
    Slots.count(kept.opened.slots, "passphrase") === 1
  const { opened, session } = isFresh
    ? kept
    : yield* Effect.catchTag(
      logIn(account, passphrase, here),
      "EnrolmentError",
      // A device that cannot reach its provider still shows what it has.
      (error) => kept === undefined ? Effect.fail(error) : Effect.succeed(kept)
    )
  const online: Online = { token: session.token, submission, provider: { api, pin } }
  return { ...opened, address, folder, appPassword: session.appPassword, online } satisfies Unlocked
})

export const unlockHere = Effect.fnUntraced(function*(
  account: AccountFolder,
  passphrase: Redacted.Redacted<string>,
  isOffline: boolean
) {
  const unlocked: Unlocked = isOffline
    ? yield* unlockOffline(account, passphrase)
    : yield* unlockOnline(account, passphrase)
  return unlocked
})

/** The account leaves this device's mail clients, and its session: what lies here opens with the password still. */
export const signOut = Effect.fn("Unlock.signOut")(function*(folder: string) {
  const change = Effect.gen(function*() {
    const slots: KeySlots.KeySlots | undefined = yield* Slots.read(folder)
    if (slots !== undefined) yield* Slots.save(folder, Slots.without(slots, "app-password"))
    yield* DeviceSession.remove(folder)
  })
  yield* locked(folder, change)
})
