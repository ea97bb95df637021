/** Armor is read as the library reads it, whoever wrote it: faster where it is as programs write it. */
import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Schema } from "effect"
import { randomBytes } from "node:crypto"
import * as openpgp from "openpgp"
import { armored as writeArmor } from "../../../src/adapters/openpgp/ArmorText.ts"
import { binary } from "../../../src/adapters/openpgp/Input.ts"

const { message, signature } = openpgp.enums.armor
const encoder = new TextEncoder()

const armored = (data: Uint8Array, hasChecksum: boolean): string =>
  openpgp.armor(message, data, undefined, undefined, "a comment", hasChecksum, { ...openpgp.config, showComment: true })

const octet = Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 })))
const octets = Arbitrary.map(Arbitrary.array(octet, { minLength: 1, maxLength: 200 }), (all) => Uint8Array.from(all))

const HABITS: ReadonlyArray<(text: string) => string> = [
  (text) => text,
  (text) => text.replaceAll("\r\n", "\n"),
  (text) => text.replaceAll(/\r?\n/g, "  \r\n"),
  (text) => text.trimEnd(),
  (text) => text.replace("\n\n", "\nVersion: GnuPG v2\nComment: https://gnupg.org\n\n"),
  (text) => `\r\n${text}`,
  (text) => `${text}\r\n-- \r\nsent from a list\r\n`
]

describe("armor", () => {
  it("is written as the library writes it, to the octet", async () => {
    for (const length of [0, 1, 2, 3, 44, 45, 46, 89, 90, 91, 1000, 1024 * 1024 - 1, 2 * 1024 * 1024 + 5]) {
      const data = randomBytes(length)
      const theirs = openpgp.armor(message, data, undefined, undefined, undefined, true, openpgp.config)
      const ours = new TextDecoder().decode(await writeArmor("message", data))
      assert.isTrue(ours === theirs.replaceAll(/\r?\n/g, "\r\n"), `${length} octets`)
    }
  })

  it.effect.prop(
    "comes back, whoever wrote it",
    {
      data: octets,
      hasChecksum: Schema.Boolean
    },
    ({ data, hasChecksum }) =>
      Effect.promise(async () => {
        for (const habit of HABITS) {
          const text = habit(armored(data, hasChecksum))
          assert.deepStrictEqual(new Uint8Array(await binary(encoder.encode(text))), new Uint8Array(data), text)
        }
      })
  )

  it("comes back where it is long, with lines of another length among the others, too", async () => {
    const data = randomBytes(3_000_001)
    const text = armored(data, true)
    const middle = text.indexOf("\n", text.length / 2)
    const broken = `${text.slice(0, middle - 7)}\r\n${text.slice(middle - 7)}`
    for (const one of [text, text.replaceAll("\r\n", "\n"), broken]) {
      assert.isTrue(data.equals(await binary(encoder.encode(one))))
    }
  })

  it.effect("is refused where it is none", () =>
    Effect.promise(async () => {
      const good = openpgp.armor(signature, Uint8Array.of(1, 2, 3))
      for (
        const text of [
          good.slice(0, good.indexOf("-----END")),
          good.replace("-----BEGIN", "----BEGIN"),
          good.replaceAll(/[\r\n]/g, ""),
          "-----BEGIN PGP MESSAGE-----",
          ""
        ]
      ) {
        const outcome = await binary(encoder.encode(text)).then(() => "read", () => "refused")
        assert.strictEqual(outcome, "refused", text)
      }
    }))
})
