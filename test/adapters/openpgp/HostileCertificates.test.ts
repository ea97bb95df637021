/** Certificates made so that whoever reads them is busy for long. */
import { assert, describe, it } from "@effect/vitest"
import * as openpgp from "openpgp"
import { readCertificate } from "../../../src/adapters/openpgp/Certificate.ts"
import { fault, packetList } from "../../../src/adapters/openpgp/Packets.ts"
import { policy } from "../../../src/adapters/openpgp/Policy.ts"
import { people } from "./Hostile.ts"

/** Alice's, her user id behind so many others, each with fifty signatures of hers that are for another one. */
const flooded = (users: number): Uint8Array => {
  const { primary, subkeys, users: [own] } = people.alice.certificate
  const [userId, signature] = [own?.user.userID, own?.signatures[0]]
  if (!userId || signature === undefined) throw new Error("alice has no user id")
  const flood = Array.from({ length: users }, (_, index) => [
    openpgp.UserIDPacket.fromObject({ email: `${index}@leap.test` }),
    ...Array.from({ length: 50 }, () => signature)
  ])
  return packetList([
    primary.packet,
    ...flood.flat(),
    userId,
    signature,
    ...subkeys.flatMap(({ packet, signatures }) => [packet, ...signatures])
  ]).write()
}

describe("a certificate", () => {
  it("with thousands of signatures: of so many it is seen whether they are good, and of no more", async () => {
    const few = await readCertificate(flooded(5))
    assert.deepStrictEqual(
      few.users.map(({ userId }) => userId),
      people.alice.certificate.users.map(({ userId }) => userId)
    )
    const many = await readCertificate(flooded(12))
    assert.deepStrictEqual(many.users, [])
    // Keys come first: of those it is known what they are.
    assert.strictEqual(many.subkeys.length, people.alice.certificate.subkeys.length)
  })

  it("by a DSA key with larger numbers than there are: nothing is computed with them", async () => {
    const key = Object.assign(new openpgp.PublicKeyPacket(), {
      algorithm: openpgp.enums.publicKey.dsa,
      publicParams: { p: new Uint8Array(1024).fill(0xff), q: new Uint8Array(1024).fill(0xff) }
    })
    const signature = new openpgp.SignaturePacket()
    const why = await fault(signature, key, openpgp.enums.signature.binary, {}, policy)
    assert.strictEqual(why, "the key's numbers are larger than those of any program")
  })
})
