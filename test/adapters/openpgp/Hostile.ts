/**
 * Messages of somebody who means harm, and what is made of them. The quick path says nothing, or what the library by
 * itself says: the same data, the same verdict on every signature for the same reason.
 */
import { assert } from "@effect/vitest"
import { randomBytes } from "node:crypto"
import * as openpgp from "openpgp"
import type { Random } from "../../../bench/imap/Random.ts"
import { type Certificate, readCertificate } from "../../../src/adapters/openpgp/Certificate.ts"
import { decryptByLibrary, decryptQuickly } from "../../../src/adapters/openpgp/Decrypt.ts"
import { dateOf, makeSignature, packetList, type Signed } from "../../../src/adapters/openpgp/Packets.ts"
import { policy } from "../../../src/adapters/openpgp/Policy.ts"
import { makeRevocation, revoke } from "../../../src/adapters/openpgp/Revocation.ts"
import { readSecretKey, type SecretKey } from "../../../src/adapters/openpgp/SecretKey.ts"
import * as Forge from "./Forge.ts"

const { signature: TYPE } = openpgp.enums
const { joined, literal, onePass, seipd, sessionKey, signature } = Forge

export const MADE = 1_700_000_000_000
export const DAY = 86_400_000
export const NOW = MADE + 10 * DAY
export const SIGNED = MADE + 5 * DAY

export const text = new TextEncoder().encode("pay 10 to Carol\r\n")

type KeyOptions = Partial<Parameters<typeof openpgp.generateKey>[0]>

const made = async (email: string, options: KeyOptions): Promise<SecretKey> => {
  const { privateKey } = await openpgp.generateKey({
    type: "ecc",
    curve: "curve25519Legacy",
    userIDs: [{ email }],
    date: dateOf(MADE),
    config: policy,
    ...options,
    format: "object"
  })
  return readSecretKey(privateKey.write())
}

/** `subkey`: of those in the order in which they were made. */
export const secretPacket = ({ key }: SecretKey, subkey?: number): openpgp.AnySecretKeyPacket => {
  const found = subkey === undefined ? key.keyPacket : key.subkeys[subkey]?.keyPacket
  if (found instanceof openpgp.SecretKeyPacket || found instanceof openpgp.SecretSubkeyPacket) return found
  throw new Error("no such secret key")
}

/** With the first subkey said to be something else. */
const saidOtherwise = async (secret: SecretKey, said: Partial<openpgp.SignaturePacket>, type = TYPE.subkeyBinding) => {
  const [primary, key] = [secretPacket(secret), secret.key.toPublic()]
  const [subkey] = key.subkeys
  if (subkey === undefined) throw new Error("no subkey")
  const data: Signed = { key: secret.certificate.primary.packet, bind: subkey.keyPacket }
  const one = await makeSignature({ ...said, signatureType: type }, primary, data, MADE + DAY, policy)
  const replaced = type === TYPE.subkeyBinding ? [one] : [...subkey.bindingSignatures, one]
  const packets = key.toPacketList()
  const from = packets.findIndex((found) => found === subkey.keyPacket)
  const to = packets.findIndex((found, index) => index > from && !(found instanceof openpgp.SignaturePacket))
  return readCertificate(
    packetList([
      ...packets.slice(0, from + 1),
      ...replaced,
      ...to < 0 ? [] : packets.slice(to)
    ]).write()
  )
}

const signing: KeyOptions = { subkeys: [{ sign: true }, {}] }

const [bob, alice, newer, shortLived] = await Promise.all([
  made("b@leap.test", {}),
  made("a@leap.test", signing),
  made("n@leap.test", { type: "curve25519" }),
  made("s@leap.test", { keyExpirationTime: 86_400 })
])

const flags = (flag: number) => ({ keyFlags: new Uint8Array([flag]) })
const compromised = {
  reasonForRevocationFlag: openpgp.enums.reasonForRevocation.keyCompromised,
  reasonForRevocationString: ""
}

const revoked = await readCertificate(
  await revoke(alice.certificate, await makeRevocation(alice, { now: NOW - DAY, reason: "compromised" }))
)

/** Bob is written to. Alice signs with her primary key and the first subkey; the second is for encryption. */
export const people = { bob, alice, newer, shortLived }

/** Alice's certificate as somebody else shows it, or as it became. */
export const others = {
  revoked,
  withoutFlag: await saidOtherwise(alice, flags(openpgp.enums.keyFlags.encryptStorage)),
  withoutBack: await saidOtherwise(alice, flags(openpgp.enums.keyFlags.signData)),
  subkeyRevoked: await saidOtherwise(alice, compromised, TYPE.subkeyRevocation)
}

export const recipient = (): openpgp.AnySecretKeyPacket => secretPacket(bob, 0)

export const decryption = (verifyWith: ReadonlyArray<Certificate>) => ({ secretKeys: [bob], verifyWith, now: NOW })

interface Told {
  readonly data: string
  readonly signatures: ReadonlyArray<object>
}

const told = (opened: Awaited<ReturnType<typeof decryptQuickly>>): Told | undefined =>
  opened && { data: Buffer.from(opened.data).toString("hex"), signatures: opened.signatures }

export const both = async (message: Uint8Array, verifyWith: ReadonlyArray<Certificate> = [alice.certificate]) => {
  const before = Buffer.from(message)
  const quick = told(await decryptQuickly(message, decryption(verifyWith)))
  assert.isTrue(before.equals(message), "the caller's octets stay as they were")
  const alone = { ...decryption(verifyWith), isGood: async () => false }
  const library = await decryptByLibrary(message.slice(), alone)
    .then(told, () => undefined)
  if (quick !== undefined) assert.deepStrictEqual(quick, library)
  return { quick, library }
}

/** What is said of it: nothing, that there is no signature, or what the first is. */
type Verdict = "nothing" | "unsigned" | "valid" | "invalid" | "unknown"

const verdict = (said: Told | undefined): Verdict => {
  if (said === undefined) return "nothing"
  const [first] = said.signatures
  return first === undefined ? "unsigned" : (first as { readonly status: Verdict }).status
}

export type Case = readonly [name: string, message: () => Uint8Array, quick: Verdict, verifyWith?: () => Certificate]

export const holds = async (cases: ReadonlyArray<Case>): Promise<void> => {
  for (const [name, message, expected, verifyWith] of cases) {
    const { quick } = await both(message(), verifyWith && [verifyWith()]).catch((cause: unknown) => {
      throw new Error(name, { cause })
    })
    assert.strictEqual(verdict(quick), expected, name)
  }
}

export const KEY = randomBytes(32)

export const sealed = (...clear: ReadonlyArray<Uint8Array>): Buffer =>
  joined(sessionKey(recipient(), KEY), seipd(joined(...clear), KEY))

export const signed = (
  signing: Partial<Forge.Signing> = {},
  { by = secretPacket(people.alice), content = literal(text), over = text, pass = {} }: {
    readonly by?: openpgp.AnySecretKeyPacket
    readonly content?: Uint8Array
    readonly over?: Uint8Array
    readonly pass?: Forge.OnePass
  } = {}
): Buffer => sealed(onePass(by, pass), content, signature(by, over, { at: SIGNED, ...signing }))

export const mutated = (octets: Uint8Array, { below }: Random): Buffer => {
  const at = below(octets.length)
  const [before, behind] = [octets.subarray(0, at), octets.subarray(at)]
  switch (below(5)) {
    case 0:
      return joined(before, [below(256)], behind.subarray(1))
    case 1:
      return joined(before, behind.subarray(1 + below(4)))
    case 2:
      return joined(before, Array.from({ length: 1 + below(4) }, () => below(256)), behind)
    case 3:
      return joined(before, [(behind[0] ?? 0) ^ (1 << below(8))], behind.subarray(1))
    default:
      return joined(before, octets.subarray(below(octets.length)))
  }
}
