/** Versions of a few documents, as three devices might make them: few enough that they meet. */
import { Schema } from "effect"
import { Address } from "../../../src/domain/account/Address.ts"
import { type Document, type MessageDocument, WITNESS_FORM } from "../../../src/domain/document/Document.ts"
import * as FlagSet from "../../../src/domain/document/FlagSet.ts"
import * as Hlc from "../../../src/domain/document/Hlc.ts"
import { mergeSecretKeys } from "../../../src/domain/document/Merge.ts"
import { UNPROTECTED } from "../../../src/domain/incoming/Verdict.ts"
import { EmailId, MailboxId } from "../../../src/domain/mailbox/Mailbox.ts"

const Small = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2 }))
const Stamp = Schema.Struct({ millis: Small, device: Schema.Literals(["a", "b", "c"]) })
const Mark = Schema.Struct({ flag: Schema.Literals(["\\Seen", "$a", "$A"]), present: Schema.Boolean, at: Stamp })

/** What `toDocument` reads; every kind takes what it needs. */
export const Sketch = Schema.Struct({
  stamps: Schema.Tuple([Stamp, Stamp, Stamp, Stamp]),
  numbers: Schema.Tuple([Small, Small]),
  flag: Schema.Boolean,
  deleted: Schema.Boolean,
  into: Schema.NullOr(Schema.Literals(["Ma", "Mb"])),
  marks: Schema.Array(Mark).check(Schema.isMaxLength(6)),
  keys: Schema.Array(Schema.Struct({ value: Schema.Literals(["k0", "k1", "k2"]), at: Stamp })).check(
    Schema.isMaxLength(4)
  )
})
export type Sketch = typeof Sketch.Type

const stamp = ({ device, millis }: typeof Stamp.Type): Hlc.Hlc => {
  const id = Hlc.DeviceId.make(device)
  return millis === 0 ? Hlc.initial(id) : Hlc.tick(Hlc.initial(id), millis, id)
}

export const alice = Address.make("alice@leap.test")
export const kinds = ["mailbox", "message", "placement", "binding", "candidate", "wish", "ownKeys", "witness"] as const

const verdicts: ReadonlyArray<MessageDocument["verdict"]> = [
  null,
  { ...UNPROTECTED, encryption: { _tag: "Decrypted" } },
  { ...UNPROTECTED, signature: { _tag: "Invalid", reason: "it is another's" } }
]

export const toDocument = (kind: (typeof kinds)[number], sketch: Sketch): Document => {
  const [one, two, three, four] = sketch.stamps
  const [number, other] = sketch.numbers
  switch (kind) {
    case "mailbox":
      return {
        _tag: "mailbox",
        id: MailboxId.make("Mc"),
        name: { value: `Work ${number}`, at: stamp(one) },
        specialUse: { value: sketch.flag ? "sent" : null, at: stamp(two) },
        subscribed: { value: sketch.flag, at: stamp(three) },
        exists: { value: !sketch.deleted, at: stamp(four) },
        mergedInto: sketch.into === null ? null : MailboxId.make(sketch.into)
      }
    case "message":
      return {
        _tag: "message",
        email: EmailId.make("E1"),
        size: number,
        ...sketch.flag ? { contents: [{ offset: other, length: 9, lines: 0, blob: `blob${number}` }] } : {},
        ...sketch.into === null ? {} : { verdict: verdicts[number % verdicts.length] ?? null },
        ...sketch.deleted ? { original: other } : {},
        exists: { value: !sketch.deleted, at: stamp(one) }
      }
    case "witness":
      return {
        _tag: "witness",
        device: Hlc.DeviceId.make("a"),
        ...sketch.flag ? { form: WITNESS_FORM } : {},
        generation: number,
        kinds: [{ kind: "message", count: other, digest: "A".repeat(43) }]
      }
    case "placement":
      return {
        _tag: "placement",
        mailbox: MailboxId.make("inbox"),
        email: EmailId.make("E1"),
        ordinal: 0,
        internalDate: number,
        flags: sketch.deleted ? [] : FlagSet.fromMarks(sketch.marks.map((mark) => ({ ...mark, at: stamp(mark.at) }))),
        deleted: sketch.deleted
      }
    case "binding":
      return {
        _tag: "binding",
        address: alice,
        binding: {
          value: {
            certificate: `c${number}`,
            fingerprint: "0123456789ABCDEF",
            level: 1,
            source: "mail",
            seenAt: other
          },
          at: stamp(one)
        },
        ...sketch.flag ? { encryptedTo: [`ABCDEF012345678${number}`] } : {},
        ...sketch.deleted ? { verifiedWith: [`ABCDEF012345678${other}`] } : {}
      }
    case "candidate":
      return {
        _tag: "candidate",
        address: alice,
        fingerprint: "0123456789ABCDEF",
        shown: {
          value: sketch.deleted ? null : {
            certificate: `c${number}`,
            fingerprint: "0123456789ABCDEF",
            level: 1,
            source: "mail",
            seenAt: other,
            reason: "bound",
            told: sketch.flag,
            state: "pending"
          },
          at: stamp(one)
        }
      }
    case "wish":
      return { _tag: "wish", address: alice, wish: { value: sketch.flag ? "require" : null, at: stamp(one) } }
    case "ownKeys":
      return {
        _tag: "ownKeys",
        current: { value: { address: alice, certificate: `c${number}`, secretKey: `k${number}` }, at: stamp(one) },
        secretKeys: mergeSecretKeys([], [
          { value: `k${number}`, at: stamp(one) },
          ...sketch.keys.map(({ at, value }) => ({ value, at: stamp(at) }))
        ]),
        ...sketch.flag ? { revocations: [`r${number}`] } : {}
      }
  }
}
