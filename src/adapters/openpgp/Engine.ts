/**
 * What OpenPGP can do here, as plain functions of octets: the same in this thread and in others. Keys are handed in as
 * octets, and read once for as long as the same array is handed in.
 */
import type { RevocationReason } from "../../ports/OpenPgp.ts"
import { readCertificate } from "./Certificate.ts"
import * as Certification from "./Certification.ts"
import * as Decrypt from "./Decrypt.ts"
import * as Encrypt from "./Encrypt.ts"
import * as Expiry from "./Expiry.ts"
import { generate } from "./Generate.ts"
import { inspect } from "./Inspect.ts"
import { merge } from "./Merge.ts"
import { isGoodReadily } from "./NativeVerify.ts"
import { once } from "./Once.ts"
import * as Passphrase from "./Passphrase.ts"
import * as Revocation from "./Revocation.ts"
import { readSecretKey, unlock } from "./SecretKey.ts"

type Keys = ReadonlyArray<Uint8Array>

const certificate = once(readCertificate)
const secret = once(readSecretKey)

const certificates = (all: Keys) => Promise.all(all.map(certificate))

/** One that cannot be read must not keep the others from verifying. */
const readable = async (all: Keys) => {
  const read = await Promise.allSettled(all.map(certificate))
  return read.flatMap((one) => one.status === "fulfilled" ? [one.value] : [])
}

export interface At {
  /** Milliseconds. */
  readonly now: number
}

interface DecryptInput extends At {
  readonly data: Uint8Array
  readonly secretKeys: Keys
  readonly verifyWith: Keys
}

const decryption = async ({ now, secretKeys, verifyWith }: DecryptInput) => ({
  now,
  secretKeys: await Promise.all(secretKeys.map(secret)),
  verifyWith: await readable(verifyWith)
})

interface EncryptInput extends At {
  readonly data: Uint8Array
  readonly recipients: Keys
  readonly signWith: Uint8Array | undefined
  readonly anonymous: boolean
}

const encryption = async ({ anonymous, now, recipients, signWith }: EncryptInput): Promise<Encrypt.Encryption> => ({
  anonymous,
  now,
  recipients: await certificates(recipients),
  signWith: signWith === undefined ? undefined : await secret(signWith)
})

const operations = {
  generate,

  inspect: async (input: At & { readonly certificate: Uint8Array }) =>
    inspect(await certificate(input.certificate), input.now),

  extend: async (input: At & { readonly secretKey: Uint8Array; readonly expiresAt: number | undefined }) =>
    Expiry.extend(await secret(input.secretKey), input),

  certificateOf: async (input: { readonly secretKey: Uint8Array }) =>
    (await secret(input.secretKey)).certificate.key.write(),

  revocation: async (input: At & { readonly secretKey: Uint8Array; readonly reason: RevocationReason }) =>
    Revocation.makeRevocation(await secret(input.secretKey), input),

  revoked: async (input: { readonly certificate: Uint8Array; readonly revocation: Uint8Array }) =>
    Revocation.revoke(await certificate(input.certificate), input.revocation),

  certify: async (
    input: At & { readonly certificate: Uint8Array; readonly email: string; readonly by: Uint8Array }
  ) => Certification.certify(await certificate(input.certificate), await secret(input.by), input),

  isCertified: async (
    input: At & { readonly certificate: Uint8Array; readonly email: string; readonly by: Uint8Array }
  ) => Certification.isCertified(await certificate(input.certificate), await certificate(input.by), input),

  merged: async (input: { readonly known: Uint8Array; readonly shown: Uint8Array }) =>
    merge(await certificate(input.known), await certificate(input.shown)),

  unlocked: (input: { readonly secretKey: Uint8Array; readonly passphrase: string }) =>
    unlock(input.secretKey, input.passphrase),

  encrypt: async (input: EncryptInput) => Encrypt.encrypt(input.data, await encryption(input)),

  decrypt: async (input: DecryptInput) => Decrypt.decrypt(input.data, await decryption(input)),

  sign: async (input: At & { readonly data: Uint8Array; readonly secretKey: Uint8Array }) =>
    Encrypt.sign(input.data, await secret(input.secretKey), input.now),

  verify: async (
    input: At & { readonly data: Uint8Array; readonly signature: Uint8Array; readonly verifyWith: Keys }
  ) => Decrypt.verify(input.data, { ...input, verifyWith: await readable(input.verifyWith) }),

  encryptWithPassphrase: (input: At & { readonly data: Uint8Array; readonly passphrase: string }) =>
    Passphrase.encrypt(input.data, input),

  decryptWithPassphrase: (input: { readonly data: Uint8Array; readonly passphrase: string }) =>
    Passphrase.decrypt(input.data, input.passphrase)
}

type Operations = typeof operations
export type Operation = keyof Operations
export type Inputs = { readonly [Name in Operation]: Parameters<Operations[Name]>[0] }
export type Outputs = { readonly [Name in Operation]: Awaited<ReturnType<Operations[Name]>> }

export const engine: { readonly [Name in Operation]: (input: Inputs[Name]) => Promise<Outputs[Name]> } = operations

/** What a message may hold compressed and be quick: it is inflated at once. */
const MAX_INFLATED_BYTES = 1024 * 1024

type Quick = { readonly [Name in Operation]?: (input: Inputs[Name]) => Promise<Outputs[Name] | undefined> }

/**
 * The usual messages, in no time that others notice, whoever wrote them: large ones in turns. undefined: it takes longer,
 * or fails, and is one for a thread.
 */
export const quick: Quick = {
  encrypt: async (input) => Encrypt.encryptQuickly(input.data, await encryption(input)),
  decrypt: async (input) =>
    Decrypt.decryptQuickly(input.data, { ...await decryption(input), isGood: isGoodReadily }, MAX_INFLATED_BYTES),
  sign: async (input) => Encrypt.signQuickly(input.data, await secret(input.secretKey), input.now)
}
