/** The file with an account's key slots, in the account's folder. */
import { Clock, Effect, Path, Redacted, Schema } from "effect"
import { Base64Url } from "effect/encoding"
import type { Address } from "../domain/account/Address.ts"
import { purposeKey } from "../domain/vault/Derive.ts"
import * as KeySlots from "../domain/vault/KeySlots.ts"
import { makeDatabaseKey, type RootSecret } from "../domain/vault/RootSecret.ts"
import * as Home from "./Home.ts"
import type { Passwords } from "./Password.ts"

export class WrongPassword extends Schema.TaggedError<WrongPassword>()("WrongPassword", { address: Schema.String }) {
  override get message(): string {
    return `The password does not open ${this.address} on this device: set LEAP_MAIL_PASSWORD to the one it was made with`
  }
}

export class WrongPassphrase
  extends Schema.TaggedError<WrongPassphrase>()("WrongPassphrase", { address: Schema.String })
{
  override get message(): string {
    return `The password does not open ${this.address} on this device: check it, ` +
      "or bring the account back with `leap-mail account recover`"
  }
}

export interface OpenSlots {
  readonly slots: KeySlots.KeySlots
  readonly secrets: KeySlots.VaultSecrets
}

const fileIn = (folder: string) => Effect.map(Path.Path, (path) => path.join(folder, "slots.json"))

export const save = Effect.fnUntraced(function*(folder: string, slots: KeySlots.KeySlots) {
  const text = yield* Effect.orDie(KeySlots.encodeKeySlots(slots))
  yield* Home.write(yield* fileIn(folder), text)
})

/** undefined where the account was never open on this device. */
export const read = Effect.fnUntraced(function*(folder: string) {
  const file = yield* fileIn(folder)
  const text = yield* Home.read(file)
  if (text === undefined) return undefined
  return yield* Effect.mapError(
    KeySlots.decodeKeySlots(text),
    () => Home.notUnderstood(file, text, KeySlots.VERSION)
  )
})

type AppPassword = Pick<Passwords, "app" | "isRandom">

const appSlot = Effect.fnUntraced(function*({ app, isRandom }: AppPassword) {
  const slot: KeySlots.NewSlot = {
    kind: "app-password",
    label: "mail clients",
    secret: app,
    now: yield* Clock.currentTimeMillis,
    isRandom
  }
  return slot
})

const passphraseSlot = Effect.fnUntraced(function*(secret: Redacted.Redacted<string>) {
  const slot: KeySlots.NewSlot = {
    kind: "passphrase",
    label: "account password",
    secret,
    now: yield* Clock.currentTimeMillis,
    isRandom: false
  }
  return slot
})

/** Whoever comes to the account anew (a new password, the recovery phrase, a code) opens what lies here already. */
const rootSlotSecret = Effect.fnUntraced(function*(root: RootSecret) {
  const key = yield* purposeKey(root, "device slot")
  return Redacted.make(Base64Url.encode(Redacted.value(key)), { label: "device slot" })
})

/** For a new device: the root secret that the account has everywhere, a database key of its own. */
export const make = Effect.fn("Slots.make")(function*(folder: string, root: RootSecret, passwords: Passwords) {
  const secrets = { root, databaseKey: yield* makeDatabaseKey }
  const first = yield* KeySlots.create(secrets, yield* passphraseSlot(passwords.account))
  const second = yield* KeySlots.add(first, secrets, {
    kind: "recovery",
    label: "the account itself",
    secret: yield* rootSlotSecret(root),
    now: yield* Clock.currentTimeMillis,
    isRandom: true
  })
  const slots = yield* KeySlots.add(second, secrets, yield* appSlot(passwords))
  yield* save(folder, slots)
  const made: OpenSlots = { slots, secrets }
  return made
})

const isKind = (kind: KeySlots.SlotKind) => (slot: KeySlots.KeySlot): boolean => slot.kind === kind

export const count = ({ slots }: KeySlots.KeySlots, kind: KeySlots.SlotKind): number =>
  slots.filter(isKind(kind)).length

export const without = (slots: KeySlots.KeySlots, kind: KeySlots.SlotKind): KeySlots.KeySlots => ({
  ...slots,
  slots: slots.slots.filter((slot) => slot.kind !== kind)
})

/** By a passphrase; undefined where the account was never open on this device. */
export const openWith = Effect.fn("Slots.openWith")(function*(
  folder: string,
  address: Address,
  passphrase: Redacted.Redacted<string>
) {
  const slots = yield* read(folder)
  if (slots === undefined) return undefined
  const secrets = yield* KeySlots.open(slots, passphrase, ["passphrase"]).pipe(
    Effect.catchTag("SlotRefused", () => new WrongPassphrase({ address }))
  )
  return { slots, secrets }
})

/** undefined where there are no slots, or another account's. */
export const openWithRoot = Effect.fn("Slots.openWithRoot")(function*(folder: string, root: RootSecret) {
  const slots = yield* read(folder)
  if (slots === undefined) return undefined
  return yield* KeySlots.open(slots, yield* rootSlotSecret(root), ["recovery"]).pipe(
    Effect.map((secrets): OpenSlots => ({ slots, secrets })),
    Effect.catchTag("SlotRefused", () => Effect.succeed(undefined))
  )
})

/** Beside those that open already. */
export const addPassphrase = Effect.fnUntraced(function*(
  { secrets, slots }: OpenSlots,
  passphrase: Redacted.Redacted<string>
) {
  const next: OpenSlots = { secrets, slots: yield* KeySlots.add(slots, secrets, yield* passphraseSlot(passphrase)) }
  return next
})

/** In place of all others. */
export const setPassphrase = ({ secrets, slots }: OpenSlots, passphrase: Redacted.Redacted<string>) =>
  addPassphrase({ secrets, slots: without(slots, "passphrase") }, passphrase)

/** In place of all others. */
export const setAppPassword = Effect.fnUntraced(function*({ secrets, slots }: OpenSlots, password: AppPassword) {
  const changed = yield* KeySlots.add(without(slots, "app-password"), secrets, yield* appSlot(password))
  const next: OpenSlots = { secrets, slots: changed }
  return next
})

/** As `openWith`, and the mail clients' password is made the given one. */
export const open = Effect.fn("Slots.open")(function*(folder: string, address: Address, passwords: Passwords) {
  const known = yield* openWith(folder, address, passwords.account).pipe(
    Effect.catchTag("WrongPassphrase", () => new WrongPassword({ address }))
  )
  if (known === undefined) return undefined
  const isCurrent = yield* KeySlots.open(known.slots, passwords.app, ["app-password"]).pipe(
    Effect.as(true),
    Effect.catchTag("SlotRefused", () => Effect.succeed(false))
  )
  if (isCurrent) return known
  const changed = yield* setAppPassword(known, passwords)
  yield* save(folder, changed.slots)
  return changed
})
