/** A certificate as its primary key signed it: what is not proved to belong to it is left out, once and for all. */
import { performance } from "node:perf_hooks"
import { setImmediate } from "node:timers/promises"
import * as openpgp from "openpgp"
import { binary, bounded } from "./Input.ts"
import {
  type AnyKey,
  directSignatures,
  fault,
  packetList,
  type PrimaryKey,
  type Signature,
  type Signed,
  type Subkey
} from "./Packets.ts"
import { MAX_CERTIFICATE_BYTES, policy } from "./Policy.ts"

const { signature: SIGNATURE } = openpgp.enums

/** Each costs a verification, and a stranger made the certificate: people have far fewer. */
const MAX_COMPONENTS = 200
const MAX_SIGNATURES = 50
/** In all. */
const MAX_VERIFIED = 500

/** Milliseconds of verifying between two turns of others. */
const TURN = 5

/** Newest first; of the same second in the order of the certificate. */
export interface SignedBy {
  readonly signatures: ReadonlyArray<Signature>
  readonly revocations: ReadonlyArray<Signature>
}

export interface UserPart extends SignedBy {
  readonly user: openpgp.User
  /** undefined: an image. */
  readonly userId: string | undefined
  /** By other keys, and not verified: see Certification. */
  readonly foreign: ReadonlyArray<Signature>
}

export interface SubkeyPart extends SignedBy {
  readonly packet: Subkey
}

export interface Certificate {
  /** With these parts only. */
  readonly key: openpgp.PublicKey
  /** `signatures`: those direct on the key (RFC 9580 §5.2.1.10). */
  readonly primary: SignedBy & { readonly packet: PrimaryKey }
  readonly users: ReadonlyArray<UserPart>
  readonly subkeys: ReadonlyArray<SubkeyPart>
}

const timeOf = ({ created }: Signature): number => created?.getTime() ?? 0

export const newestFirst = (signatures: ReadonlyArray<Signature>): ReadonlyArray<Signature> =>
  signatures.toSorted((a, b) => timeOf(b) - timeOf(a))

/** What has been spent on one certificate. */
interface Spent {
  verified: number
  /** When the turn began. */
  since: number
}

const isProved = async (
  spent: Spent,
  ...[signature, key, type, data]: readonly [Signature, AnyKey, openpgp.enums.signature, Signed]
): Promise<boolean> => {
  if (spent.verified++ >= MAX_VERIFIED) return false
  if (performance.now() - spent.since > TURN) {
    await setImmediate()
    spent.since = performance.now()
  }
  return await fault(signature, key, type, data, policy) === undefined
}

/** Those made by the primary key over `data`; the newest, where there are too many. */
const genuine = async (
  spent: Spent,
  signatures: ReadonlyArray<Signature>,
  type: openpgp.enums.signature,
  data: Signed
): Promise<ReadonlyArray<Signature>> => {
  const own = newestFirst(signatures.filter(({ issuerKeyID }) => issuerKeyID.equals(data.key.getKeyID())))
  const proved: Array<Signature> = []
  for (const signature of own.slice(0, MAX_SIGNATURES)) {
    if (await isProved(spent, signature, data.key, type, data)) proved.push(signature)
  }
  return proved
}

const userOf = async (spent: Spent, user: openpgp.User, key: PrimaryKey): Promise<UserPart> => {
  const data: Signed = { key, userID: user.userID, userAttribute: user.userAttribute }
  const isOwn = ({ issuerKeyID }: Signature): boolean => issuerKeyID.equals(key.getKeyID())
  return {
    user,
    userId: user.userID?.userID,
    signatures: await genuine(spent, user.selfCertifications, SIGNATURE.certGeneric, data),
    revocations: await genuine(spent, user.revocationSignatures, SIGNATURE.certRevocation, data),
    foreign: [...user.otherCertifications, ...user.revocationSignatures.filter((one) => !isOwn(one))]
  }
}

/** A signing subkey must have signed back that it belongs here (RFC 9580 §5.2.1.9), or it could be somebody else's. */
const isSignedBack = async (
  spent: Spent,
  binding: Signature,
  subkey: openpgp.Subkey,
  data: Signed
): Promise<boolean> => {
  const canSign = ((binding.keyFlags?.[0] ?? 0) & openpgp.enums.keyFlags.signData) !== 0
  if (!canSign) return true
  const back = binding.embeddedSignature
  return back !== null && await isProved(spent, back, subkey.keyPacket, SIGNATURE.keyBinding, data)
}

const subkeyOf = async (spent: Spent, subkey: openpgp.Subkey, key: PrimaryKey): Promise<SubkeyPart> => {
  const data: Signed = { key, bind: subkey.keyPacket }
  const bindings: Array<Signature> = []
  for (const binding of await genuine(spent, subkey.bindingSignatures, SIGNATURE.subkeyBinding, data)) {
    if (await isSignedBack(spent, binding, subkey, data)) bindings.push(binding)
  }
  return {
    packet: subkey.keyPacket,
    signatures: bindings,
    revocations: await genuine(spent, subkey.revocationSignatures, SIGNATURE.subkeyRevocation, data)
  }
}

type Parts = Pick<Certificate, "primary" | "users" | "subkeys">

/** As packets in the order of RFC 9580 §10.1. */
export const assemble = ({ primary, subkeys, users }: Parts): openpgp.PublicKey =>
  new openpgp.PublicKey(packetList([
    primary.packet,
    ...primary.revocations,
    ...primary.signatures,
    ...users.flatMap(({ foreign, revocations, signatures, user }) => {
      const packet = user.userID ?? user.userAttribute
      return packet === null ? [] : [packet, ...revocations, ...signatures, ...foreign]
    }),
    ...subkeys.flatMap(({ packet, revocations, signatures }) => [packet, ...revocations, ...signatures])
  ]))

export const analyse = async (key: openpgp.Key): Promise<Certificate> => {
  const { keyPacket: packet, revocationSignatures, subkeys, users } = key.toPublic()
  const data: Signed = { key: packet }
  const spent: Spent = { verified: 0, since: performance.now() }
  const primary = {
    packet,
    signatures: await genuine(spent, directSignatures(key), SIGNATURE.key, data),
    revocations: await genuine(spent, revocationSignatures, SIGNATURE.keyRevocation, data)
  }
  // One after the other: what one costs the next one counts.
  const subkeyParts: Array<SubkeyPart> = []
  for (const subkey of subkeys.slice(0, MAX_COMPONENTS)) subkeyParts.push(await subkeyOf(spent, subkey, packet))
  const userParts: Array<UserPart> = []
  for (const user of users.slice(0, MAX_COMPONENTS)) userParts.push(await userOf(spent, user, packet))
  const parts: Parts = {
    primary,
    users: userParts.filter(({ signatures }) => signatures.length > 0),
    subkeys: subkeyParts.filter(({ signatures }) => signatures.length > 0)
  }
  return { ...parts, key: assemble(parts) }
}

export const readCertificate = async (bytes: Uint8Array): Promise<Certificate> =>
  analyse(
    await openpgp.readKey({
      binaryKey: await binary(bounded(bytes, MAX_CERTIFICATE_BYTES, "certificate")),
      config: policy
    })
  )
