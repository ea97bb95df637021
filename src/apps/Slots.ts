/** The file with an account's key slots, in the account's folder. */
import { Clock, Effect, Path, Schema } from "effect"
import type { Address } from "../domain/account/Address.ts"
import * as KeySlots from "../domain/vault/KeySlots.ts"
import { makeDatabaseKey, type RootSecret } from "../domain/vault/RootSecret.ts"
import * as Home from "./Home.ts"
import type { Passwords } from "./Password.ts"

export class WrongPassword extends Schema.TaggedError<WrongPassword>()("WrongPassword", { address: Schema.String }) {
  override get message(): string {
    return `The password does not open ${this.address} on this device: set LEAP_MAIL_PASSWORD to the one it was made with`
  }
}

const fileIn = (folder: string) => Effect.map(Path.Path, (path) => path.join(folder, "slots.json"))

const save = Effect.fnUntraced(function*(folder: string, slots: KeySlots.KeySlots) {
  const text = yield* Effect.orDie(KeySlots.encodeKeySlots(slots))
  yield* Home.write(yield* fileIn(folder), text)
})

const appSlot = Effect.fnUntraced(function*({ app, isRandom }: Passwords) {
  const slot: KeySlots.NewSlot = {
    kind: "app-password",
    label: "mail clients",
    secret: app,
    now: yield* Clock.currentTimeMillis,
    cost: isRandom ? KeySlots.RANDOM_SECRET_COST : KeySlots.PASSPHRASE_COST
  }
  return slot
})

/** For a new device: the root secret that the account has everywhere, a database key of its own. */
export const make = Effect.fn("Slots.make")(function*(folder: string, root: RootSecret, passwords: Passwords) {
  const secrets = { root, databaseKey: yield* makeDatabaseKey }
  const now = yield* Clock.currentTimeMillis
  const first = yield* KeySlots.create(secrets, {
    kind: "passphrase",
    label: "account password",
    secret: passwords.account,
    now
  })
  const slots = yield* KeySlots.add(first, secrets, yield* appSlot(passwords))
  yield* save(folder, slots)
  return { slots, secrets }
})

/** undefined where the account was never open on this device. */
export const open = Effect.fn("Slots.open")(function*(folder: string, address: Address, passwords: Passwords) {
  const file = yield* fileIn(folder)
  const text = yield* Home.read(file)
  if (text === undefined) return undefined
  const slots = yield* KeySlots.decodeKeySlots(text).pipe(
    Effect.mapError(() => new Home.HomeError({ reason: `${file} is damaged: restore it, or join the account anew.` }))
  )
  const secrets = yield* KeySlots.open(slots, passwords.account, ["passphrase"]).pipe(
    Effect.catchTag("SlotRefused", () => new WrongPassword({ address }))
  )
  const isCurrent = yield* KeySlots.open(slots, passwords.app, ["app-password"]).pipe(
    Effect.as(true),
    Effect.catchTag("SlotRefused", () => Effect.succeed(false))
  )
  if (isCurrent) return { slots, secrets }
  const others = { ...slots, slots: slots.slots.filter(({ kind }) => kind !== "app-password") }
  const changed = yield* KeySlots.add(others, secrets, yield* appSlot(passwords))
  yield* save(folder, changed)
  return { slots: changed, secrets }
})
