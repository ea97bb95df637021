/** Signatures that say whom they were made for (RFC 9580 §5.2.3.36): passed on, they are not for whoever reads them. */
import { assert, describe } from "@effect/vitest"
import { Clock, Effect, Redacted } from "effect"
import { randomBytes } from "node:crypto"
import * as openpgp from "openpgp"
import { correspondentKey } from "../../../src/adapters/openpgp/NativeKeys.ts"
import { encryptedMessage, payload, signedMessage } from "../../../src/domain/outgoing/PgpMime.ts"
import { OpenPgp } from "../../../src/ports/OpenPgp.ts"
import * as Forge from "../../adapters/openpgp/Forge.ts"
import type { Device } from "../Correspondents.ts"
import { fingerprint, message, received, test } from "./Letters.ts"

const INTENDED_RECIPIENT = 35

interface Making {
  readonly by: Device
  readonly to: Device
  readonly intended: ReadonlyArray<Device>
}

const signerOf = (device: Device) =>
  Effect.promise(async () => {
    const { keyPacket } = await openpgp.readPrivateKey({ binaryKey: Redacted.value(device.keys.secretKeys[0]) })
    if (keyPacket instanceof openpgp.SecretKeyPacket) return keyPacket
    throw new Error("no secret key")
  })

const encryptionKeyOf = (device: Device) =>
  Effect.promise(async () => {
    const key = await openpgp.readKey({ binaryKey: device.keys.certificate })
    const found = key.subkeys.map(({ keyPacket }) => keyPacket).find((packet) => correspondentKey(packet) !== undefined)
    if (found === undefined) throw new Error("no key to encrypt to")
    return found
  })

const signatureOf = Effect.fnUntraced(function*({ by, intended }: Omit<Making, "to">, data: Uint8Array) {
  const key = yield* signerOf(by)
  const at = yield* Clock.currentTimeMillis
  const named = yield* Effect.forEach(intended, (device) =>
    Effect.map(
      fingerprint(device),
      (digits) => Forge.subpacket(INTENDED_RECIPIENT, [4, ...Buffer.from(digits, "hex")])
    ))
  return {
    key,
    packet: Forge.signature(key, data, { at, hashed: [Forge.createdAt(at), Forge.issuerOf(key), ...named] })
  }
})

const sealedFor = Effect.fnUntraced(function*(making: Making) {
  const pgp = yield* OpenPgp
  const data = payload(message, "cipher")
  const { key, packet } = yield* signatureOf(making, data)
  const session = randomBytes(32)
  const to = yield* encryptionKeyOf(making.to)
  const clear = Forge.joined(Forge.onePass(key), Forge.literal(data), packet)
  const encrypted = Forge.joined(Forge.sessionKey(to, session), Forge.seipd(clear, session))
  return encryptedMessage(message, yield* pgp.armored("message", encrypted))
})

describe("a signature that says whom it was made for", () => {
  test("counts for them", ({ alice, bob, carol, provider }) =>
    Effect.gen(function*() {
      for (const intended of [[], [bob], [carol, bob]]) {
        const got = yield* received(provider, bob, yield* sealedFor({ by: alice, to: bob, intended }))
        assert.strictEqual(got.signature, `valid; pubkey="${yield* fingerprint(alice)}"; level="Provider_Trust"`)
        assert.strictEqual(got.encryption, "decrypted")
      }
    }))

  test("does not count where one of them encrypted it again for somebody else", ({ alice, bob, carol, provider }) =>
    Effect.gen(function*() {
      const got = yield* received(provider, bob, yield* sealedFor({ by: alice, to: bob, intended: [carol] }))
      assert.strictEqual(
        got.signature,
        "invalid; reason=\"it was made for somebody else, who may have passed it on\""
      )
      assert.strictEqual(got.encryption, "decrypted")
    }))

  test("does not count outside of what was encrypted", ({ alice, bob, provider }) =>
    Effect.gen(function*() {
      const pgp = yield* OpenPgp
      const data = payload(message, "clear")
      const { packet } = yield* signatureOf({ by: alice, intended: [bob] }, data)
      const got = yield* received(
        provider,
        bob,
        signedMessage(message, data, yield* pgp.armor("signature", packet))
      )
      assert.strictEqual(
        got.signature,
        "invalid; reason=\"it was made for an encrypted message, and this one is not\""
      )
    }))
})
