/** A secret key as the store keeps it: its material in clear. */
import * as openpgp from "openpgp"
import { analyse, type Certificate } from "./Certificate.ts"
import { binary, bounded } from "./Input.ts"
import { MAX_CERTIFICATE_BYTES, policy } from "./Policy.ts"

const read = async (bytes: Uint8Array): Promise<openpgp.PrivateKey> =>
  openpgp.readPrivateKey({
    binaryKey: await binary(bounded(bytes, MAX_CERTIFICATE_BYTES, "secret key")),
    config: policy
  })

export interface SecretKey {
  readonly key: openpgp.PrivateKey
  readonly certificate: Certificate
}

export const readSecretKey = async (bytes: Uint8Array): Promise<SecretKey> => {
  const key = await read(bytes)
  return { key, certificate: await analyse(key) }
}

/** undefined: it has no passphrase. */
export const unlock = async (bytes: Uint8Array, passphrase: string): Promise<Uint8Array | undefined> => {
  const privateKey = await read(bytes)
  if (privateKey.isDecrypted()) return undefined
  return (await openpgp.decryptKey({ privateKey, passphrase, config: policy })).write()
}

/** The secret half of a key of the certificate. */
export const secretOf = (secret: SecretKey, keyId: openpgp.KeyID): openpgp.AnySecretKeyPacket => {
  for (const { keyPacket } of secret.key.getKeys()) {
    if (
      keyPacket.getKeyID().equals(keyId) &&
      (keyPacket instanceof openpgp.SecretKeyPacket || keyPacket instanceof openpgp.SecretSubkeyPacket) &&
      !keyPacket.isDummy() && keyPacket.isDecrypted()
    ) {
      return keyPacket
    }
  }
  throw new Error("the secret half of that key is not here")
}
