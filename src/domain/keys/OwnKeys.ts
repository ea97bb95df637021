/** The account's own OpenPGP keys: made once, published wherever others look for them. */
import { Effect } from "effect"
import { KeyDirectory } from "../../ports/KeyDirectory.ts"
import { KeyStore, type OwnKeys } from "../../ports/KeyStore.ts"
import { OpenPgp } from "../../ports/OpenPgp.ts"
import type { Address } from "../account/Address.ts"
import { isEqual } from "./CertificateBytes.ts"

const YEAR_SECONDS = 365 * 24 * 3600

/** After the first replication: another device may have made them. */
export const makeMissing = Effect.fn("OwnKeys.makeMissing")(function*(address: Address) {
  const store = yield* KeyStore
  const own = yield* store.own
  if (own !== undefined) return own
  const pgp = yield* OpenPgp
  const { certificate, secretKey } = yield* pgp.generate(
    { name: "", email: address },
    { expiresInSeconds: YEAR_SECONDS }
  )
  const made: OwnKeys = { address, certificate, secretKeys: [secretKey] }
  yield* store.putOwn(made)
  return made
})

/** Only where the directory has another certificate, or none. */
export const publish = Effect.fn("OwnKeys.publish")(function*({ address, certificate }: OwnKeys) {
  const directory = yield* KeyDirectory
  const published = yield* directory.lookup(address)
  if (published === undefined || !isEqual(published, certificate)) yield* directory.publish(certificate)
})
