/** Signatures that are not what they seem. */
import { describe, it } from "@effect/vitest"
import * as openpgp from "openpgp"
import * as Forge from "./Forge.ts"
import {
  type Case,
  DAY,
  holds,
  MADE,
  NOW,
  others,
  people,
  sealed,
  secretPacket,
  SIGNED,
  signed,
  text
} from "./Hostile.ts"

const { hash: HASH, signature: TYPE } = openpgp.enums
const { literal, onePass, signature, subpacket } = Forge
const { alice, newer, shortLived } = people
const { revoked, subkeyRevoked, withoutBack, withoutFlag } = others

/** A date and the issuer. */
const usual = (issuer = secretPacket(alice)) => [Forge.createdAt(SIGNED), Forge.issuerOf(issuer)]

describe("signatures", () => {
  it("good ones, by each kind of key", () =>
    holds([
      ["by the primary key", () => signed(), "valid"],
      ["by a subkey", () => signed({}, { by: secretPacket(alice, 0) }), "valid"],
      ["in the newer format", () => signed({}, { by: secretPacket(newer) }), "valid", () => newer.certificate],
      ["over SHA-256", () => signed({ hash: HASH.sha256 }), "valid"],
      ["over SHA-384", () => signed({ hash: HASH.sha384 }), "valid"],
      ["of nothing", () => signed({}, { content: literal([]), over: new Uint8Array(0) }), "valid"],
      ["by somebody unknown", () => signed({}, { by: secretPacket(newer) }), "unknown"]
    ]))

  it("a packet in front that says something else", () => {
    const passes: ReadonlyArray<Forge.OnePass> = [
      { type: TYPE.text },
      { type: 0x7f },
      { hash: HASH.sha1 },
      { algorithm: openpgp.enums.publicKey.rsaSign },
      { id: new Uint8Array(8) },
      { flag: 0 }
    ]
    return holds([
      ...passes.map((pass): Case => [JSON.stringify(pass), () => signed({}, { pass }), "valid"]),
      ["of another version", () => signed({}, { pass: { version: 6 } }), "nothing"],
      ["missing", () => sealed(literal(text), signature(secretPacket(alice), text, { at: SIGNED })), "nothing"],
      ["for no signature", () => sealed(onePass(secretPacket(alice)), literal(text)), "nothing"]
    ])
  })

  it("of another type, or of text", () =>
    holds([
      ["text", () => signed({ type: TYPE.text }, { pass: { type: TYPE.text } }), "valid"],
      [
        "text with other line ends",
        () => signed({ type: TYPE.text }, { content: literal([...text].filter((octet) => octet !== 13)) }),
        "valid"
      ],
      ...[TYPE.standalone, TYPE.certGeneric, TYPE.key, TYPE.timestamp, TYPE.thirdParty, 0x7f].map((type): Case => [
        `type ${type}`,
        () => signed({ type }, { pass: { type } }),
        "nothing"
      ]),
      ...[0x74, 0x75, 0x6d, 0x6c, 0x31, 0].map((format): Case => [
        `a literal of format ${format}`,
        () => signed({}, { content: literal(text, { format }) }),
        "nothing"
      ])
    ]))

  it("what is marked critical, and what is not signed", () => {
    const notation = (isCritical: boolean): Buffer =>
      subpacket(20, [0x80, 0, 0, 0, 0, 3, 0, 1, ...Buffer.from("a@b"), 1], isCritical)
    const withAlso = (...more: ReadonlyArray<Uint8Array>) => signed({ hashed: [...usual(), ...more] })
    const issuer = () => subpacket(16, Forge.idOf(secretPacket(alice)))
    return holds([
      ["unknown", () => withAlso(subpacket(99, [1])), "valid"],
      ["unknown, critical", () => withAlso(subpacket(99, [1], true)), "invalid"],
      ["a notation", () => withAlso(notation(false)), "valid"],
      ["a notation, critical", () => withAlso(notation(true)), "invalid"],
      ["a revocation key", () => withAlso(subpacket(12, [0x80, 22, ...new Uint8Array(20)])), "invalid"],
      ["an intended recipient, critical", () => withAlso(subpacket(35, [4, ...new Uint8Array(20)], true)), "invalid"],
      ["the issuer outside", () => signed({ hashed: [Forge.createdAt(SIGNED)], unhashed: [issuer()] }), "valid"],
      [
        "another issuer outside",
        () => signed({ hashed: usual(), unhashed: [subpacket(16, new Uint8Array(8))] }),
        "unknown"
      ],
      ["no issuer", () => signed({ hashed: [Forge.createdAt(SIGNED)] }), "unknown"],
      ["the date outside", () => signed({ hashed: [issuer()], unhashed: [Forge.createdAt(SIGNED)] }), "nothing"],
      ["another date outside", () => signed({ unhashed: [Forge.createdAt(NOW + DAY)] }), "valid"],
      ["two dates", () => withAlso(Forge.createdAt(NOW + DAY)), "invalid"],
      ["longer than it is", () => withAlso(Buffer.of(255, 0xff, 0xff, 0xff, 0xff, 99)), "nothing"]
    ])
  })

  it("so long that to read it takes seconds: not in this thread", () =>
    holds([1000, 50_000].map((length): Case => [
      `${length} ciphers preferred`,
      () => signed({ hashed: [...usual(), Forge.preferring(length)] }),
      length === 1000 ? "valid" : "nothing"
    ])))

  it("at another time", () => {
    const expiring = (after: number) => signed({ hashed: [...usual(), Forge.expiringAfter(after)] })
    const ofShortLived = (at: number) => signed({ at }, { by: secretPacket(shortLived) })
    return holds([
      ["expired", () => expiring(60), "invalid"],
      ["that never expires", () => expiring(0), "valid"],
      ["in the future", () => signed({ at: NOW + DAY }), "invalid"],
      ["of a clock that is a little ahead", () => signed({ at: NOW + 60_000 }), "valid"],
      ["before there was a key", () => signed({ at: MADE - DAY }), "invalid"],
      ["before it expired", () => ofShortLived(MADE + DAY / 2), "valid", () => shortLived.certificate],
      ["after it expired", () => ofShortLived(SIGNED), "invalid", () => shortLived.certificate]
    ])
  })

  it("by a key that may not", () => {
    const bySubkey = () => signed({}, { by: secretPacket(alice, 0) })
    return holds([
      ["revoked", () => signed(), "invalid", () => revoked],
      ["by a subkey of a revoked one", bySubkey, "invalid", () => revoked],
      ["by a revoked subkey", bySubkey, "invalid", () => subkeyRevoked],
      ["by the primary key of it", () => signed(), "valid", () => subkeyRevoked],
      ["not for signing", bySubkey, "invalid", () => withoutFlag],
      ["that did not sign back", bySubkey, "unknown", () => withoutBack],
      [
        "that is for encryption",
        () => signed({ hashed: usual(secretPacket(alice, 1)) }),
        "invalid"
      ]
    ])
  })

  it("over weak digests, of another algorithm, version or mathematics", () => {
    const ORDER = Buffer.from("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010", "hex")
    const plusOrder = (raw: Uint8Array): Uint8Array => {
      const out = Uint8Array.from(raw)
      let carry = 0
      for (let at = 0; at < 32; at++) {
        carry += (out[32 + at] ?? 0) + (ORDER[at] ?? 0)
        out[32 + at] = carry & 0xff
        carry >>= 8
      }
      return out
    }
    const highBit = (raw: Uint8Array): Uint8Array => raw.map((octet, at) => at === 63 ? octet | 0x80 : octet)
    return holds([
      ...[HASH.md5, HASH.sha1, HASH.ripemd, HASH.sha224, 99].map((hash): Case => [
        `digest ${hash}`,
        () => signed({ hash }, { pass: { hash } }),
        "invalid"
      ]),
      ["S and the order", () => signed({ tamper: plusOrder }), "invalid"],
      ["S with its highest bit", () => signed({ tamper: highBit }), "invalid"],
      ["zeros", () => signed({ tamper: (raw) => raw.fill(0) }), "invalid"],
      ["the neutral point", () => signed({ tamper: (raw) => raw.fill(0).fill(1, 0, 1) }), "invalid"],
      ["another algorithm", () => signed({ algorithm: openpgp.enums.publicKey.ed25519 }), "invalid"],
      ["version 3", () => signed({ version: 3 }), "nothing"],
      ["version 5", () => signed({ version: 5 }), "nothing"],
      ["of other text", () => signed({}, { over: new TextEncoder().encode("pay 99 to Carol") }), "invalid"]
    ])
  })
})
