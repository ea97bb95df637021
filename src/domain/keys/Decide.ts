/** What a person says of certificates: this is the right one, that is not, here is one. */
import { Effect, Schema } from "effect"
import { KeyStore } from "../../ports/KeyStore.ts"
import { OpenPgp } from "../../ports/OpenPgp.ts"
import { type Address, canonical } from "../account/Address.ts"
import { isKeybox, keyboxCertificates } from "./Keybox.ts"
import { learn } from "./Learn.ts"
import { splitKeys } from "./PacketTags.ts"
import { addressOf, hasAddress } from "./UserId.ts"
import { FINGERPRINT, KNOWN_KEY } from "./ValidationLevel.ts"

export class NoSuchKey extends Schema.TaggedError<NoSuchKey>()("NoSuchKey", {
  address: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `No key of ${this.address} was taken: ${this.reason}`
  }
}

/** As people write it: any case, with blanks or colons. */
export const readFingerprint = (text: string): string => text.replaceAll(/[\s:]|^0x/gi, "").toUpperCase()

/**
 * The fingerprint was compared or entered: that certificate is bound, whatever was bound before. Only what was shown for
 * the address can be.
 */
export const compared = Effect.fn("Decide.compared")(function*(of: Address, written: string) {
  const address = canonical(of)
  const store = yield* KeyStore
  const fingerprint = readFingerprint(written)
  const bound = yield* store.binding(address)
  const shown = [...bound === undefined ? [] : [bound], ...yield* store.candidates(address)]
  const meant = shown.find((one) => one.fingerprint === fingerprint)
  if (meant === undefined) {
    return yield* new NoSuchKey({ address, reason: "none with this fingerprint was shown for the address" })
  }
  const { certificate } = meant
  return yield* learn({ address, certificate, level: FINGERPRINT, source: "person" })
})

/** The certificate in use is the right one, says the person, without having compared anything. */
export const confirmed = Effect.fn("Decide.confirmed")(function*(of: Address) {
  const address = canonical(of)
  const store = yield* KeyStore
  const bound = yield* store.binding(address)
  if (bound === undefined) return yield* new NoSuchKey({ address, reason: "none is in use; import one" })
  return yield* learn({ address, certificate: bound.certificate, level: KNOWN_KEY, source: "person" })
})

/** Kept, so that it is not told again. */
export const rejected = Effect.fn("Decide.rejected")(function*(of: Address, written: string) {
  const store = yield* KeyStore
  const fingerprint = readFingerprint(written)
  const candidate = (yield* store.candidates(of)).find((one) => one.fingerprint === fingerprint)
  if (candidate === undefined) {
    return yield* new NoSuchKey({ address: of, reason: "none with this fingerprint waits for a decision" })
  }
  yield* store.putCandidate({ ...candidate, state: "rejected" })
})

/** Certificates of a file, armored, binary or a GnuPG keyring, for one address or for all that are in them. */
export const imported = Effect.fn("Decide.imported")(
  function*(bytes: Uint8Array, of?: Address) {
    const pgp = yield* OpenPgp
    const taken: Array<{ readonly address: Address; readonly fingerprint: string; readonly isBound: boolean }> = []
    for (const certificate of splitKeys(isKeybox(bytes) ? keyboxCertificates(bytes) : yield* pgp.dearmor(bytes))) {
      const facts = yield* pgp.inspect(certificate).pipe(Effect.orElseSucceed(() => undefined))
      if (facts === undefined) continue
      const addresses = of !== undefined
        ? facts.userIds.some((userId) => hasAddress(userId, of)) ? [of] : []
        : facts.userIds.flatMap(addressOf)
      for (const address of addresses) {
        const bound = yield* learn({ address, certificate, level: KNOWN_KEY, source: "person" })
        taken.push({ address, fingerprint: facts.fingerprint, isBound: bound?.fingerprint === facts.fingerprint })
      }
    }
    if (taken.length === 0) {
      return yield* new NoSuchKey({
        address: of ?? "anybody",
        reason: "the file holds no certificate for it"
      })
    }
    return taken
  }
)
