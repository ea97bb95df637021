/** From a password to an account's keys and a session at its provider. */
import { Effect, Redacted } from "effect"
import type { Address } from "../domain/account/Address.ts"
import { enter, openAccount, OtherAccount } from "../domain/account/Enrol.ts"
import { makeRootSecret } from "../domain/vault/RootSecret.ts"
import { Crypto } from "../ports/Crypto.ts"
import type { Passwords } from "./Password.ts"
import * as Slots from "./Slots.ts"

/** As the person sees this device among the account's sessions. */
const DEVICE = "leap-mail quickstart"

export interface Locked {
  readonly address: Address
  readonly folder: string
  readonly passwords: Passwords
}

const open = (address: Address, passwords: Passwords) =>
  Effect.flatMap(makeRootSecret, (root) => openAccount(address, passwords.account, root)).pipe(
    Effect.catchIf((error) => error._tag === "EnrolmentRefused" && error.reason === "AddressTaken", () => Effect.void)
  )

/** An account that is not there yet is opened; one that is, comes to a new device with its password. */
export const unlock = Effect.fn("Unlock.unlock")(function*({ address, folder, passwords }: Locked) {
  const known = yield* Slots.open(folder, address, passwords)
  if (known === undefined) yield* open(address, passwords)
  const { root, token } = yield* enter(address, passwords.account, DEVICE)
  if (known === undefined) return { token, ...(yield* Slots.make(folder, root, passwords)) }
  const crypto = yield* Crypto
  const isSame = yield* crypto.timingSafeEqual(Redacted.value(known.secrets.root), Redacted.value(root))
  return isSame ? { token, ...known } : yield* new OtherAccount({ address })
})
