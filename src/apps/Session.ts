/** What a logged-in device may do with its account: its devices, its secrets. */
import { Clock, Effect, Redacted, Schema } from "effect"
import { setSecret } from "../domain/account/Enrol.ts"
import * as JoinCode from "../domain/account/JoinCode.ts"
import { AccountAccess } from "../ports/AccountAccess.ts"
import { Crypto } from "../ports/Crypto.ts"
import { EnrolmentRefused } from "../ports/Enrolment.ts"
import { type AccountFolder, locked } from "./AccountFolder.ts"
import { makePhrase } from "./Enter.ts"
import * as ProviderLink from "./ProviderLink.ts"
import * as Slots from "./Slots.ts"
import { type Unlocked, unlockOnline } from "./Unlock.ts"

export class NoSuchDevice extends Schema.TaggedError<NoSuchDevice>()("NoSuchDevice", { reason: Schema.String }) {
  override get message(): string {
    return this.reason
  }
}

type Secret = Redacted.Redacted<string>

/** The account opened with `passphrase`, and what is then done in its session. */
export const inSession = Effect.fnUntraced(function*<A, E, R>(
  account: AccountFolder,
  passphrase: Secret,
  act: (unlocked: Unlocked) => Effect.Effect<A, E, R>
) {
  const unlocked = yield* unlockOnline(account, passphrase)
  const { provider, token } = unlocked.online
  return yield* Effect.provide(act(unlocked), ProviderLink.layerSession(provider, token))
})

/** Newest first. */
export const devices = Effect.flatMap(AccountAccess, ({ sessions }) => sessions)

/** By id, or by a name that only one has. */
const findDevice = Effect.fnUntraced(function*(named: string) {
  const all = yield* devices
  const byId = all.find(({ id }) => id === named)
  if (byId !== undefined) return byId
  const [first, ...others] = all.filter(({ device }) => device === named)
  if (first === undefined) {
    return yield* new NoSuchDevice({ reason: `No device is called ${named}: look at \`leap-mail devices list\`.` })
  }
  if (others.length > 0) {
    return yield* new NoSuchDevice({ reason: `Several devices are called ${named}: say which by its id.` })
  }
  return first
})

/** Its session is over, and its mail programs are logged out as soon as it hears of it. */
export const revoke = Effect.fn("Session.revoke")(function*(named: string) {
  const { revokeSession } = yield* AccountAccess
  const device = yield* findDevice(named)
  yield* revokeSession(device.id)
  return device
})

export const rename = Effect.fn("Session.rename")(function*(named: string, name: string) {
  const { renameSession } = yield* AccountAccess
  const device = yield* findDevice(named)
  yield* renameSession(device.id, name)
})

/** For the next device: good once, for ten minutes. */
export const makeCode = Effect.fn("Session.makeCode")(function*({ address, secrets }: Unlocked) {
  const crypto = yield* Crypto
  const code = JoinCode.fromEntropy(yield* crypto.randomBytes(JoinCode.ENTROPY_BYTES))
  yield* setSecret(address, secrets.root, { kind: "code", secret: code, lifetime: JoinCode.LIFETIME })
  return { code, until: (yield* Clock.currentTimeMillis) + JoinCode.LIFETIME * 1000 }
})

export const newPhrase = ({ address, secrets }: Unlocked) => makePhrase(address, secrets.root)

/**
 * On both sides: first the new password opens here beside the old one, then it takes the old one's place at the provider in
 * one step, then the old one goes here. Cut off between two of these, the one that the provider knows opens both.
 */
export const changePassphrase = Effect.fn("Session.changePassphrase")(function*(
  account: AccountFolder,
  current: Secret,
  next: Secret
) {
  return yield* inSession(
    account,
    current,
    Effect.fnUntraced(function*(unlocked) {
      const { address, folder, secrets } = unlocked
      const both = yield* Slots.addPassphrase(unlocked, next)
      yield* locked(folder, Slots.save(folder, both.slots))
      yield* setSecret(address, secrets.root, { kind: "password", secret: next }).pipe(
        // Refused for certain: the old one is the only one.
        Effect.tapError((error) =>
          error instanceof EnrolmentRefused ? locked(folder, Slots.save(folder, unlocked.slots)) : Effect.void
        )
      )
      const after = yield* Slots.setPassphrase(unlocked, next)
      yield* locked(folder, Slots.save(folder, after.slots))
    })
  )
})
