/** New keys, and the revocation to keep for the day they are lost. */
import * as openpgp from "openpgp"
import type { KeyAlgorithm } from "../../domain/keys/KeyAlgorithm.ts"
import { binary } from "./Input.ts"
import { dateOf } from "./Packets.ts"
import { policy } from "./Policy.ts"

export interface GenerateInput {
  readonly name: string
  readonly email: string
  readonly expiresInSeconds: number | undefined
  readonly algorithm: KeyAlgorithm
  readonly now: number
}

const MAKING = {
  curve25519: { type: "ecc", curve: "curve25519Legacy", config: policy },
  rsa4096: { type: "rsa", rsaBits: 4096, config: policy },
  v6: { type: "curve25519", config: { ...policy, v6Keys: true, aeadProtect: true } }
} as const satisfies Record<KeyAlgorithm, Partial<openpgp.KeyOptions>>

export const generate = async ({ algorithm, email, expiresInSeconds, name, now }: GenerateInput) => {
  const { privateKey, publicKey, revocationCertificate } = await openpgp.generateKey({
    ...MAKING[algorithm],
    userIDs: [name === "" ? { email } : { name, email }],
    keyExpirationTime: expiresInSeconds ?? 0,
    date: dateOf(now),
    format: "object"
  })
  return {
    certificate: publicKey.write(),
    secretKey: privateKey.write(),
    revocation: await binary(new TextEncoder().encode(revocationCertificate))
  }
}
