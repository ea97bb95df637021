/** Whoever sends a signature of megabytes takes no time of ours. */
import { assert, describe, it } from "@effect/vitest"
import { readCertificate } from "../../../src/adapters/openpgp/Certificate.ts"
import { decryptByLibrary, verify } from "../../../src/adapters/openpgp/Decrypt.ts"
import { packetList } from "../../../src/adapters/openpgp/Packets.ts"
import { createdAt, joined, literal, onePass, preferring, signature } from "./Forge.ts"
import { decryption, NOW, people, sealed, secretPacket, SIGNED, text } from "./Hostile.ts"

const { alice } = people
const by = secretPacket(alice)

/** With ciphers preferred, in more octets than there is room for. */
const long = (length: number, type = 0): Buffer =>
  signature(by, text, { at: SIGNED, type, hashed: [createdAt(SIGNED), preferring(length)] })

const reason = (read: Promise<unknown>): Promise<string> =>
  read.then(() => "read", (cause: unknown) => cause instanceof Error ? cause.message : String(cause))

describe("a signature of megabytes", () => {
  const MEGABYTES = 3 * 1024 * 1024

  it("is refused in a message, by itself and in a certificate; of some kilobytes it is read", async () => {
    const message = (length: number) => sealed(onePass(by), literal(text), long(length))
    const detached = (length: number) => verify(text, { now: NOW, signature: long(length), verifyWith: [] })
    const certificate = (length: number) => {
      const [key, ...others] = alice.key.toPublic().toPacketList()
      assert.isDefined(key)
      return readCertificate(joined(packetList([key]).write(), long(length, 0x1f), packetList(others).write()))
    }
    for (const read of [(length: number) => decryptByLibrary(message(length), decryption([])), detached, certificate]) {
      assert.strictEqual(await reason(read(60_000)), "read")
      assert.match(await reason(read(MEGABYTES)), /SignaturePacket failed|larger than/)
    }
  })
})
