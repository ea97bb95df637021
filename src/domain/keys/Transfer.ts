/** Own keys that come from other programs or go to them: files, and the Autocrypt Setup Message. */
import { Clock, Effect, Redacted, Schema } from "effect"
import { KeyStore, type OwnKeys } from "../../ports/KeyStore.ts"
import { OpenPgp, type SecretKeyBytes } from "../../ports/OpenPgp.ts"
import { type Address, domain } from "../account/Address.ts"
import { makeMessageId } from "../outgoing/MessageId.ts"
import { makeSetupCode, readSetupCode } from "./SetupCode.ts"
import { setupContent, setupMessage, setupPayload } from "./SetupMessage.ts"
import { hasAddress } from "./UserId.ts"

export class KeyNotTaken extends Schema.TaggedError<KeyNotTaken>()("KeyNotTaken", {
  reason: Schema.Literals(["otherAddress", "unusable", "noSetupMessage"])
}) {
  override get message(): string {
    return {
      otherAddress: "This key is not for the account's address: add the address to it as a user id, and try again",
      unusable: "This key is revoked, has expired or cannot encrypt: it can only be imported to read old mail",
      noSetupMessage: "This is no Autocrypt Setup Message: look for a message with that subject"
    }[this.reason]
  }
}

/** `current`: it signs and is published from now on. `older`: it opens old mail. */
export type ImportAs = "current" | "older"

const fingerprintOf = Effect.fnUntraced(function*(secretKey: SecretKeyBytes) {
  const pgp = yield* OpenPgp
  return (yield* pgp.inspect(yield* pgp.certificateOf(secretKey))).fingerprint
})

/** Without its passphrase: the account's store is the protection. The keys that were there before stay, and open mail. */
const take = Effect.fnUntraced(
  function*(own: OwnKeys | undefined, address: Address, key: SecretKeyBytes, as: ImportAs) {
    const pgp = yield* OpenPgp
    const store = yield* KeyStore
    const certificate = yield* pgp.certificateOf(key)
    const facts = yield* pgp.inspect(certificate)
    const isCurrent = as === "current" || own === undefined
    if (isCurrent && !facts.userIds.some((userId) => hasAddress(userId, address))) {
      return yield* new KeyNotTaken({ reason: "otherAddress" })
    }
    if (isCurrent && !(facts.canEncrypt && facts.canSign)) return yield* new KeyNotTaken({ reason: "unusable" })
    const others: Array<SecretKeyBytes> = []
    for (const known of own?.secretKeys ?? []) {
      if ((yield* fingerprintOf(known)) !== facts.fingerprint) others.push(known)
    }
    const [current, ...older] = others
    const next: OwnKeys = isCurrent || own === undefined || current === undefined
      ? { ...own, address, certificate, secretKeys: [key, ...others] }
      : { ...own, secretKeys: [current, key, ...older] }
    yield* store.putOwn(next)
    return facts.fingerprint
  }
)

/** A secret key of a file, armored or binary. */
export const importSecretKey = Effect.fn("Transfer.importSecretKey")(
  function*(address: Address, file: Uint8Array, passphrase: Redacted.Redacted<string>, as: ImportAs) {
    const pgp = yield* OpenPgp
    const store = yield* KeyStore
    const key = yield* pgp.unlocked(Redacted.make(yield* pgp.dearmor(file)), passphrase)
    return yield* take(yield* store.own, address, key, as)
  }
)

/** The message for one's other programs, and the code that opens it: shown to the person, never kept. */
export const makeSetup = Effect.fn("Transfer.makeSetup")(function*({ address, secretKeys: [secretKey] }: OwnKeys) {
  const pgp = yield* OpenPgp
  const code = yield* makeSetupCode
  const payload = setupPayload(yield* pgp.armor("secret key", Redacted.value(secretKey)))
  const encrypted = yield* pgp.armor("message", yield* pgp.encryptWithPassphrase(payload, code))
  const bytes = setupMessage({
    address,
    encrypted,
    codeBegins: Redacted.value(code).slice(0, 2),
    now: yield* Clock.currentTimeMillis,
    messageId: yield* makeMessageId(domain(address))
  })
  return { bytes, code }
})

/** Of another program of the same person. Fails where the code is wrong. */
export const readSetup = Effect.fn("Transfer.readSetup")(
  function*(address: Address, message: Uint8Array, typed: Redacted.Redacted<string>, as: ImportAs) {
    const pgp = yield* OpenPgp
    const store = yield* KeyStore
    const content = setupContent(message)
    if (content === undefined) return yield* new KeyNotTaken({ reason: "noSetupMessage" })
    const payload = yield* pgp.decryptWithPassphrase(content, readSetupCode(typed))
    return yield* take(yield* store.own, address, Redacted.make(yield* pgp.dearmor(payload)), as)
  }
)
