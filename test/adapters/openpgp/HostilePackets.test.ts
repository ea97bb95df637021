/** Encrypted messages, and what is in them, with the packets of RFC 9580 in places where they do not belong. */
import { assert, describe, it } from "@effect/vitest"
import { randomBytes } from "node:crypto"
import { deflateRawSync, deflateSync } from "node:zlib"
import * as openpgp from "openpgp"
import * as Random from "../../../bench/imap/Random.ts"
import { decryptQuickly } from "../../../src/adapters/openpgp/Decrypt.ts"
import * as Forge from "./Forge.ts"
import {
  both,
  decryption,
  holds,
  KEY,
  mutated,
  people,
  recipient,
  sealed,
  secretPacket,
  SIGNED,
  signed,
  text
} from "./Hostile.ts"

const { compression: COMPRESSION, packet: TAG, symmetric: SYMMETRIC } = openpgp.enums
const { joined, literal, onePass, packet, seipd, sessionKey, signature } = Forge
const { alice } = people

describe("what is inside", () => {
  const compressed = (algorithm: number, octets: Uint8Array) => packet(TAG.compressedData, [algorithm], octets)
  const zlib = (clear: Uint8Array) => compressed(COMPRESSION.zlib, deflateSync(clear))
  const marker = packet(TAG.marker, Buffer.from("PGP"))

  it("packets that are many, few, nested or unknown", () =>
    holds([
      ["a literal", () => sealed(literal(text)), "unsigned"],
      ["an empty one", () => sealed(literal([])), "unsigned"],
      ["with a long name that is no text", () =>
        sealed(literal(text, { name: new Uint8Array(255).fill(0xff) })), "unsigned"],
      ["with a name longer than it is", () =>
        sealed(packet(TAG.literalData, [0x62, 200, 1, 2])), "nothing"],
      ["of nothing", () =>
        sealed(packet(TAG.literalData)), "nothing"],
      ["no packet", () => sealed(), "nothing"],
      ["two literals", () => sealed(literal(text), literal(text)), "nothing"],
      ["a marker before", () => sealed(marker, literal(text)), "nothing"],
      ["padding behind", () => sealed(literal(text), packet(21, new Uint8Array(9))), "nothing"],
      ["trust", () => sealed(literal(text), packet(TAG.trust, [1])), "nothing"],
      ["an unknown packet", () => sealed(literal(text), packet(60, [1])), "nothing"],
      ["an unknown critical one", () => sealed(literal(text), packet(30, [1])), "nothing"],
      ["encrypted once more", () => sealed(sealed(literal(text))), "nothing"],
      ["two signatures", () => {
        const by = secretPacket(alice)
        const one = signature(by, text, { at: SIGNED })
        return sealed(onePass(by, { flag: 0 }), onePass(by), literal(text), one, one)
      }, "nothing"],
      ["octets behind", () => sealed(literal(text), Buffer.of(0)), "nothing"]
    ]))

  it("compressed, once and again, and with a lie", () =>
    holds([
      ["by zlib", () => sealed(zlib(literal(text))), "unsigned"],
      ["by deflate", () => sealed(compressed(COMPRESSION.zip, deflateRawSync(literal(text)))), "unsigned"],
      ["not at all", () => sealed(compressed(COMPRESSION.uncompressed, literal(text))), "nothing"],
      ["by an unknown", () => sealed(compressed(99, literal(text))), "nothing"],
      ["twice", () => sealed(zlib(zlib(literal(text)))), "nothing"],
      ["with a literal beside", () => sealed(zlib(literal(text)), literal(text)), "nothing"],
      ["cut", () => sealed(compressed(COMPRESSION.zlib, deflateSync(literal(text)).subarray(0, -6))), "nothing"],
      ["with octets behind", () =>
        sealed(compressed(COMPRESSION.zlib, joined(deflateSync(literal(text)), [1, 2]))), "unsigned"],
      ["nothing in it", () =>
        sealed(zlib(new Uint8Array(0))), "nothing"]
    ]))

  it("a bomb, which is too much for the quick path, and cheap to find", async () => {
    const bomb = sealed(zlib(literal(new Uint8Array(8 * 1024 * 1024))))
    assert.isUndefined(await decryptQuickly(bomb, decryption([]), 1024 * 1024))
  })

  it("lengths in pieces, without an end, over the end and in the old way", () => {
    const body = joined([0x62, 0, 0, 0, 0, 0], text)
    return holds([
      ["one octet", () => sealed(joined([0xc0 | 11, body.length], body)), "unsigned"],
      ["old, one octet", () => sealed(joined([0x80 | (11 << 2), body.length], body)), "unsigned"],
      ["old, two octets", () => sealed(joined([0x80 | (11 << 2) | 1, 0, body.length], body)), "unsigned"],
      ["old, without an end", () => sealed(joined([0x80 | (11 << 2) | 3], body)), "nothing"],
      [
        "in pieces",
        () => sealed(joined([0xc0 | 11, 0xe4], body.subarray(0, 16), [body.length - 16], body.subarray(16))),
        "nothing"
      ],
      ["too long", () => sealed(joined([0xc0 | 11, body.length + 1], body)), "nothing"],
      ["of two octets, too long", () => sealed(joined([0xc0 | 11, 0xdf, 0xff], body)), "nothing"],
      ["past two to the 31", () => sealed(joined([0xc0 | 11, 255, 0x80, 0, 0, body.length], body)), "nothing"],
      ["past two to the 32", () => sealed(joined([0xc0 | 11, 255, 0xff, 0xff, 0xff, 0xff], body)), "nothing"],
      ["a header alone", () => sealed(Buffer.of(0xc0 | 11)), "nothing"]
    ])
  })
})

describe("what is outside", () => {
  const clear = literal(text)
  const whole = () => sealed(clear)
  const key = (agreement: Parameters<typeof sessionKey>[2] = {}, octets: Uint8Array = KEY) =>
    sessionKey(recipient(), octets, agreement)

  it("session keys that are broken, for somebody else, or of another cipher", () => {
    const under = (agreement: Parameters<typeof sessionKey>[2], octets: Uint8Array = KEY) => () =>
      joined(key(agreement, octets), seipd(clear, KEY))
    const at = (index: number, octet: number) => (usual: Buffer) => {
      usual[index] = octet
      return usual
    }
    const short = randomBytes(16)
    const good = () => seipd(clear, KEY)
    const other = () => sessionKey(secretPacket(alice, 1), KEY)
    return holds([
      [
        "AES-128",
        () => joined(key({ cipher: SYMMETRIC.aes128 }, short), seipd(clear, short, { cipher: SYMMETRIC.aes128 })),
        "unsigned"
      ],
      ["a key of AES-256 said to be of AES-128", under({ cipher: SYMMETRIC.aes128 }), "nothing"],
      ["a key of AES-128 said to be of AES-256", under({ cipher: SYMMETRIC.aes256 }, short), "nothing"],
      ["Twofish", under({ cipher: SYMMETRIC.twofish }), "nothing"],
      ["an unknown cipher", under({ cipher: 99 }), "nothing"],
      ["no encryption", under({ cipher: 0 }), "nothing"],
      ["another checksum", under({ encoded: at(33, 0xee) }), "nothing"],
      ["padding that differs", under({ encoded: at(37, 9) }), "nothing"],
      ["padding of nothing", under({ encoded: at(39, 0) }), "nothing"],
      ["padding past its start", under({ encoded: at(39, 200) }), "nothing"],
      [
        "more padding than needed",
        under({ encoded: (usual) => joined(usual.subarray(0, 35), new Uint8Array(13).fill(13)) }),
        "nothing"
      ],
      ["nobody's", under({ id: new Uint8Array(8) }), "nothing"],
      ["another's before", () => joined(other(), key(), good()), "unsigned"],
      ["another's behind", () => joined(key(), other(), good()), "unsigned"],
      ["one that does not fit before", () => joined(key({}, randomBytes(32)), key(), good()), "nothing"],
      [
        "a broken one behind",
        () => joined(key(), packet(TAG.publicKeyEncryptedSessionKey, [3, 1, 2]), good()),
        "nothing"
      ],
      [
        "a cut one behind",
        () =>
          joined(
            key(),
            packet(TAG.publicKeyEncryptedSessionKey, [3], new Uint8Array(8), [18, 0x01, 0x07, 0x40]),
            good()
          ),
        "nothing"
      ],
      [
        "one of version 6 behind",
        () => joined(key(), packet(TAG.publicKeyEncryptedSessionKey, [6, 0, 25], new Uint8Array(80)), good()),
        "nothing"
      ],
      ["a point of zeros", under({ point: Forge.smallOrder(0) }), "nothing"],
      ["a point of small order", under({ point: Forge.smallOrder(1) }), "nothing"]
    ])
  })

  it("nothing that is not protected, or was changed", () => {
    const changed = (change: (all: Buffer) => Uint8Array) => () => joined(key(), seipd(clear, KEY, { change }))
    const flipped = (index: number) => (all: Buffer) => {
      const at = index < 0 ? all.length + index : index
      all[at] = (all[at] ?? 0) ^ 1
      return all
    }
    return holds([
      ["without a code", changed((all) => all.subarray(0, -22)), "nothing"],
      ["half a code", changed((all) => all.subarray(0, -10)), "nothing"],
      ["a wrong code", changed(flipped(-1)), "nothing"],
      ["another header of the code", changed(flipped(-22)), "nothing"],
      ["octets behind the code", changed((all) => joined(all, [0])), "nothing"],
      ["a packet behind the code", changed((all) => joined(all, clear)), "nothing"],
      ["another random prefix", changed(flipped(3)), "nothing"],
      ["other text", changed(flipped(30)), "nothing"],
      ["a short one", () => joined(key(), packet(TAG.symEncryptedIntegrityProtectedData, [1, 2, 3])), "nothing"],
      ["version 2", () => joined(key(), seipd(clear, KEY, { version: 2 })), "nothing"],
      [
        "the packet without protection",
        () => joined(key(), packet(TAG.symmetricallyEncryptedData, Forge.sealedBody(clear, KEY).subarray(1))),
        "nothing"
      ]
    ])
  })

  it("other packets among them", () => {
    const good = () => seipd(clear, KEY)
    const evil = () => seipd(literal(new TextEncoder().encode("pay 99 to Mallory")), KEY)
    return holds([
      ["two encrypted", () => joined(key(), evil(), good()), "nothing"],
      ["two encrypted under other keys", () => joined(key(), seipd(clear, randomBytes(32)), good()), "nothing"],
      ["a literal before", () => joined(key(), literal(text), good()), "nothing"],
      ["a literal behind", () => joined(whole(), literal(text)), "nothing"],
      [
        "a signature among them",
        () => joined(key(), signature(secretPacket(alice), text, { at: SIGNED }), good()),
        "nothing"
      ],
      ["a marker before", () => joined(packet(TAG.marker, Buffer.from("PGP")), whole()), "nothing"],
      ["padding behind", () => joined(whole(), packet(21, [1])), "nothing"],
      ["an unknown critical one", () => joined(key(), packet(30, [1]), good()), "nothing"],
      [
        "a key for a passphrase",
        () => joined(key(), packet(TAG.symEncryptedSessionKey, [4, 9, 0, 8]), good()),
        "nothing"
      ],
      ["octets behind", () => joined(whole(), [0]), "nothing"],
      ["in pieces", () => {
        const body = Forge.sealedBody(clear, KEY)
        return joined(key(), [0xc0 | 18, 0xe5], body.subarray(0, 32), [body.length - 32], body.subarray(32))
      }, "nothing"]
    ])
  })
})

describe("changed at random", () => {
  it("the packets that are encrypted", async () => {
    const random = Random.make(1)
    const by = secretPacket(alice)
    const inner = joined(onePass(by), literal(text), signature(by, text, { at: SIGNED }))
    let accepted = 0
    for (let run = 0; run < 300; run++) {
      const { quick } = await both(sealed(mutated(inner, random)))
      if (quick !== undefined) accepted++
    }
    assert.isAbove(accepted, 30)
  })

  it("the packets that everybody sees", async () => {
    const random = Random.make(2)
    const message = signed()
    for (let run = 0; run < 150; run++) await both(mutated(message, random))
  })
})
