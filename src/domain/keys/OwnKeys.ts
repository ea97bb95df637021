/** The account's own OpenPGP keys: made once, extended in time, replaced by wish, published wherever others look for them. */
import { Clock, Effect, Schedule } from "effect"
import { KeyDirectory } from "../../ports/KeyDirectory.ts"
import { KeyStore, type OwnKeys } from "../../ports/KeyStore.ts"
import { OpenPgp, OpenPgpError } from "../../ports/OpenPgp.ts"
import type { Address } from "../account/Address.ts"
import { isEqual } from "./CertificateBytes.ts"
import type { KeyAlgorithm } from "./KeyAlgorithm.ts"
import { isDue, LIFETIME } from "./Renewal.ts"

const generate = Effect.fnUntraced(function*(address: Address, algorithm: KeyAlgorithm) {
  const pgp = yield* OpenPgp
  return yield* pgp.generate({ name: "", email: address }, { expiresInSeconds: LIFETIME / 1000, algorithm })
})

/** After the first replication: another device may have made them. */
export const makeMissing = Effect.fn("OwnKeys.makeMissing")(
  function*(address: Address, algorithm: KeyAlgorithm = "curve25519") {
    const store = yield* KeyStore
    const own = yield* store.own
    if (own !== undefined) return own
    const { certificate, revocation, secretKey } = yield* generate(address, algorithm)
    const made: OwnKeys = { address, certificate, secretKeys: [secretKey], revocations: [revocation] }
    yield* store.putOwn(made)
    return made
  }
)

/** Only where the directory has another certificate, or none. */
export const publish = Effect.fn("OwnKeys.publish")(function*({ address, certificate }: OwnKeys) {
  const directory = yield* KeyDirectory
  const published = yield* directory.lookup(address)
  if (published === undefined || !isEqual(published, certificate)) yield* directory.publish(certificate)
})

/** Another year, where less than sixty days are left or none. Answers the keys as they are then. */
export const renew = Effect.fn("OwnKeys.renew")(function*(own: OwnKeys) {
  const pgp = yield* OpenPgp
  const now = yield* Clock.currentTimeMillis
  const { expiresAt } = yield* pgp.inspect(own.certificate)
  if (!isDue(expiresAt, now)) return own
  const [current, ...older] = own.secretKeys
  const extended = yield* pgp.extend(current, now + LIFETIME)
  // What others certified, and the key before this one, stays in it.
  const certificate = yield* pgp.merged(own.certificate, extended.certificate)
  const renewed: OwnKeys = { ...own, certificate, secretKeys: [extended.secretKey, ...older] }
  const store = yield* KeyStore
  yield* store.putOwn(renewed)
  yield* Effect.logInfo("The account's key is good for another year", { address: own.address })
  return renewed
})

/** A new key, certified by the one before, which keeps opening what was sent to it. To be published. */
export const rotate = Effect.fn("OwnKeys.rotate")(
  function*(own: OwnKeys, algorithm: KeyAlgorithm = "curve25519") {
    const pgp = yield* OpenPgp
    const made = yield* generate(own.address, algorithm)
    const certificate = yield* pgp.certify(made.certificate, own.address, own.secretKeys[0])
    const rotated: OwnKeys = {
      ...own,
      certificate,
      secretKeys: [made.secretKey, ...own.secretKeys],
      revocations: [made.revocation, ...own.revocations ?? []]
    }
    const store = yield* KeyStore
    yield* store.putOwn(rotated)
    return rotated
  }
)

/**
 * The certificate of the current key, ended by the revocation that was made with it: for when the key is lost to somebody
 * else. It is for the person to publish; until then nothing changes.
 */
export const revoked = Effect.fn("OwnKeys.revoked")(function*(own: OwnKeys) {
  const pgp = yield* OpenPgp
  // One for each key that was ever made here: the fitting one is found by trying.
  for (const revocation of own.revocations ?? []) {
    const certificate = yield* pgp.revoked(own.certificate, revocation).pipe(Effect.orElseSucceed(() => undefined))
    if (certificate !== undefined) return certificate
  }
  return yield* new OpenPgpError({
    operation: "revoke",
    reason: "no revocation was made with this key; make one with the program that made the key"
  })
})

/** Renews and publishes once. */
export const maintainOnce = Effect.fn("OwnKeys.maintainOnce")(function*() {
  const store = yield* KeyStore
  const own = yield* store.own
  if (own !== undefined) yield* publish(yield* renew(own))
})

/** Every day, for as long as the account is open. Never ends. */
export const maintain = maintainOnce().pipe(
  Effect.tapError((error) =>
    Effect.logWarning("The account's key could not be looked after; it is tried again", error)
  ),
  Effect.retry(Schedule.spaced("1 hour")),
  Effect.repeat(Schedule.spaced("1 day")),
  Effect.andThen(Effect.never)
)
