/** What was good enough once: nothing is encrypted to it and no signature of it believed. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as openpgp from "openpgp"
import { layer } from "../../../src/adapters/openpgp/OpenPgpJs.ts"
import { dateOf } from "../../../src/adapters/openpgp/Packets.ts"
import { OpenPgp } from "../../../src/ports/OpenPgp.ts"

const data = new TextEncoder().encode("pay 10 to Carol")

/** The library's clock is the machine's, the test's stands still. */
const rsa = (rsaBits: number) =>
  openpgp.generateKey({
    type: "rsa",
    rsaBits,
    userIDs: [{ email: "old@leap.test" }],
    date: dateOf(0),
    format: "binary",
    config: { minRSABits: 1024 }
  })

type Sign = (
  key: openpgp.AnySecretKeyPacket,
  data: object,
  date: Date,
  detached: boolean,
  config: openpgp.Config
) => Promise<void>

/** Whatever the library thinks of the digest. */
const signedBy = async (binaryKey: Uint8Array, hashAlgorithm: openpgp.enums.hash): Promise<Uint8Array> => {
  const { keyPacket } = await openpgp.readPrivateKey({ binaryKey })
  const [literal] = (await openpgp.createMessage({ binary: data })).packets
  const signature = Object.assign(new openpgp.SignaturePacket(), {
    signatureType: openpgp.enums.signature.binary,
    publicKeyAlgorithm: keyPacket.algorithm,
    hashAlgorithm
  })
  const sign: Sign = signature.sign as Sign
  const config = { ...openpgp.config, nonDeterministicSignaturesViaNotation: false }
  await sign.call(signature, keyPacket as openpgp.SecretKeyPacket, literal ?? {}, dateOf(0), true, config)
  const list = new openpgp.PacketList<openpgp.SignaturePacket>()
  list.push(signature)
  return list.write()
}

const signedWith = (binaryKey: Uint8Array, config: openpgp.PartialConfig) =>
  Effect.promise(async () =>
    openpgp.sign({
      message: await openpgp.createMessage({ binary: data }),
      signingKeys: await openpgp.readPrivateKey({ binaryKey, config }),
      detached: true,
      format: "binary",
      config
    })
  )

describe("weakness", () => {
  it.effect("a short RSA key is read, named as weak, and nothing is encrypted to it or believed of it", () =>
    Effect.gen(function*() {
      const pgp = yield* OpenPgp
      const { privateKey, publicKey } = yield* Effect.promise(() => rsa(1024))
      const facts = yield* pgp.inspect(publicKey)
      assert.match(facts.keys[0].weakness ?? "", /RSA 1024 keys are too weak/)
      assert.isFalse(facts.canEncrypt)
      const refused = yield* Effect.flip(
        pgp.encrypt({ data, recipients: [publicKey], signWith: undefined, anonymous: false })
      )
      assert.include(refused.reason, "not fit")
      const signature = yield* signedWith(privateKey, { minRSABits: 1024 })
      const [check] = yield* pgp.verify({ data, signature, verifyWith: [publicKey] })
      assert.strictEqual(check?.status, "invalid")
    }).pipe(Effect.provide(layer)))

  it.effect("a signature over SHA-1 proves nothing, whoever made it", () =>
    Effect.gen(function*() {
      const pgp = yield* OpenPgp
      const { privateKey, publicKey } = yield* Effect.promise(() => rsa(2048))
      const by = Effect.fnUntraced(function*(hashAlgorithm: openpgp.enums.hash) {
        const signature = yield* Effect.promise(() => signedBy(privateKey, hashAlgorithm))
        const [check] = yield* pgp.verify({ data, signature, verifyWith: [publicKey] })
        return check
      })
      const old = yield* by(openpgp.enums.hash.sha1)
      assert.strictEqual(old?.status, "invalid")
      assert.match(old?.reason ?? "", /sha1/i)
      assert.strictEqual((yield* by(openpgp.enums.hash.sha256))?.status, "valid")
    }).pipe(Effect.provide(layer)))
})
