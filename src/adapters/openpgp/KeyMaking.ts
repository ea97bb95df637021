/** The life of a key with openpgp.js: made, extended, certified, revoked, and put together with what is known of it. */
import { Effect, Redacted } from "effect"
import * as openpgp from "openpgp"
import type { KeyAlgorithm } from "../../domain/keys/KeyAlgorithm.ts"
import type { OpenPgp, RevocationReason } from "../../ports/OpenPgp.ts"
import { attempt, config, readCertificate, readSecretKey } from "./ReadKeys.ts"

type Port = OpenPgp["Service"]

const MAKING = {
  curve25519: { type: "ecc", curve: "curve25519Legacy", config },
  rsa4096: { type: "rsa", rsaBits: 4096, config },
  v6: { type: "curve25519", config: { ...config, v6Keys: true } }
} as const satisfies Record<KeyAlgorithm, object>

const REASONS = {
  unspecified: openpgp.enums.reasonForRevocation.noReason,
  superseded: openpgp.enums.reasonForRevocation.keySuperseded,
  compromised: openpgp.enums.reasonForRevocation.keyCompromised,
  retired: openpgp.enums.reasonForRevocation.keyRetired
} as const satisfies Record<RevocationReason, number>

const pair = (key: openpgp.PrivateKey) => ({
  certificate: key.toPublic().write(),
  secretKey: Redacted.make(key.write())
})

/** The signature packet alone, out of the armor that the library puts round it. */
const packet = async (armored: string): Promise<Redacted.Redacted<Uint8Array>> => {
  const { data } = await openpgp.unarmor(armored, config)
  return Redacted.make(data as Uint8Array)
}

export const generate: Port["generate"] = Effect.fn("OpenPgpJs.generate")(function*(userId, options) {
  return yield* attempt("generate a key", async () => {
    const { privateKey, revocationCertificate } = await openpgp.generateKey({
      ...MAKING[options.algorithm ?? "curve25519"],
      userIDs: [userId.name === "" ? { email: userId.email } : userId],
      keyExpirationTime: options.expiresInSeconds ?? 0,
      format: "object"
    })
    return { ...pair(privateKey), revocation: await packet(revocationCertificate) }
  })
})

export const certificateOf: Port["certificateOf"] = Effect.fn("OpenPgpJs.certificateOf")(function*(secretKey) {
  return yield* attempt("read the secret key", async () => (await readSecretKey(secretKey)).toPublic().write())
})

export const extend: Port["extend"] = Effect.fn("OpenPgpJs.extend")(function*(secretKey, expiresAt) {
  return yield* attempt("extend the key", async () => {
    const old = await readSecretKey(secretKey)
    const seconds = Math.round((expiresAt - old.getCreationTime().getTime()) / 1000)
    if (seconds <= 0) throw new RangeError("a key expires after it was made")
    const { privateKey } = await openpgp.reformatKey({
      privateKey: old,
      userIDs: old.users.flatMap(({ userID }) =>
        userID === null ? [] : [{ name: userID.name, email: userID.email, comment: userID.comment }]
      ),
      keyExpirationTime: seconds,
      format: "object",
      config
    })
    // What others certified, and a revocation, stay. Of signatures made in one second the library takes the first.
    return pair(await privateKey.update(old, undefined, config))
  })
})

export const revocation: Port["revocation"] = Effect.fn("OpenPgpJs.revocation")(function*(secretKey, reason) {
  return yield* attempt("revoke the key", async () => {
    const key = await (await readSecretKey(secretKey)).revoke({ flag: REASONS[reason] }, undefined, config)
    return await packet(String(await key.getRevocationCertificate(undefined, config)))
  })
})

export const revoked: Port["revoked"] = Effect.fn("OpenPgpJs.revoked")(function*(certificate, revocation) {
  return yield* attempt("revoke the key", async () => {
    const { publicKey } = await openpgp.revokeKey({
      key: await readCertificate(certificate),
      revocationCertificate: openpgp.armor(
        openpgp.enums.armor.publicKey,
        Redacted.value(revocation),
        undefined,
        undefined,
        undefined,
        false,
        config
      ),
      format: "binary",
      config
    })
    return publicKey
  })
})

const hasEmail = (user: openpgp.User, email: string): boolean =>
  user.userID?.email.toLowerCase() === email.toLowerCase()

const userIdOf = (key: openpgp.PublicKey, email: string): openpgp.UserID => {
  const user = key.users.find((one) => hasEmail(one, email))
  if (user?.userID == null) throw new Error(`it does not carry the address ${email}`)
  return { email: user.userID.email }
}

export const certify: Port["certify"] = Effect.fn("OpenPgpJs.certify")(function*(certificate, email, by) {
  return yield* attempt("certify the key", async () => {
    const key = await readCertificate(certificate)
    const signed = await key.signPrimaryUser([await readSecretKey(by)], undefined, userIdOf(key, email), config)
    return signed.write()
  })
})

/** Made while the certifying key was valid. Primary keys that may only certify count: most endorsers have such. */
const isGood = async (
  user: openpgp.User,
  certification: openpgp.SignaturePacket,
  subject: openpgp.PublicKey,
  by: openpgp.PublicKey
): Promise<boolean> => {
  if (!certification.issuerKeyID.equals(by.getKeyID())) return false
  const data = { userID: user.userID, userAttribute: user.userAttribute, key: subject.keyPacket }
  const created = certification.created ?? undefined
  const [isRevoked, ...checked] = await Promise.allSettled([
    user.isRevoked(certification, by.keyPacket, undefined, config),
    by.verifyPrimaryKey(created, undefined, config),
    user.verify(undefined, config),
    certification.verify(by.keyPacket, openpgp.enums.signature.certGeneric, data, undefined, undefined, config)
  ])
  return isRevoked.status === "fulfilled" && !isRevoked.value && checked.every(({ status }) => status === "fulfilled")
}

export const isCertified: Port["isCertified"] = Effect.fn("OpenPgpJs.isCertified")(function*(certificate, email, by) {
  return yield* attempt("check a certification", async () => {
    const [subject, issuer] = [await readCertificate(certificate), await readCertificate(by)]
    for (const user of subject.users.filter((one) => hasEmail(one, email))) {
      for (const certification of user.otherCertifications) {
        if (await isGood(user, certification, subject, issuer)) return true
      }
    }
    return false
  })
})

export const merged: Port["merged"] = Effect.fn("OpenPgpJs.merged")(function*(known, shown) {
  return yield* attempt("merge certificates", async () => {
    const key = await readCertificate(known)
    return (await key.update(await readCertificate(shown), undefined, config)).write()
  })
})

export const unlocked: Port["unlocked"] = Effect.fn("OpenPgpJs.unlocked")(function*(secretKey, passphrase) {
  return yield* attempt("unlock the secret key", async () => {
    const privateKey = await readSecretKey(secretKey)
    if (privateKey.isDecrypted()) return secretKey
    const key = await openpgp.decryptKey({ privateKey, passphrase: Redacted.value(passphrase), config })
    return Redacted.make(key.write())
  })
})
