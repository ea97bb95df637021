/** Armor that is not quite one. */
import { assert, describe, it } from "@effect/vitest"
import { randomBytes } from "node:crypto"
import * as openpgp from "openpgp"
import * as Random from "../../../bench/imap/Random.ts"
import { decryptQuickly } from "../../../src/adapters/openpgp/Decrypt.ts"
import { binary, readily } from "../../../src/adapters/openpgp/Input.ts"
import { policy } from "../../../src/adapters/openpgp/Policy.ts"
import { literal } from "./Forge.ts"
import { decryption, mutated, sealed, text } from "./Hostile.ts"

describe("armor", () => {
  const armored = (octets: Uint8Array) =>
    openpgp.armor(openpgp.enums.armor.message, octets, undefined, undefined, undefined, true, policy)

  /** As the library reads it; undefined: it does not. */
  const byLibrary = async (octets: Uint8Array): Promise<string | undefined> => {
    const { data } = await openpgp.unarmor(new TextDecoder().decode(octets), policy)
    return data instanceof Uint8Array ? Buffer.from(data).toString("hex") : undefined
  }

  const same = async (octets: Uint8Array, name: string): Promise<boolean> => {
    const quick = await readily(octets)
    if (quick === undefined) return false
    const library = await byLibrary(octets).catch(() => undefined)
    assert.strictEqual(Buffer.from(quick).toString("hex"), library, name)
    return true
  }

  const long = randomBytes(200_000)

  it("of lines of other lengths is read in turns, and as the library reads it", async () => {
    const octets = randomBytes(1_700_000)
    const usual = armored(octets)
    for (const width of [59, 61, 64, 75]) {
      const body = octets.toString("base64").replace(new RegExp(`.{${width}}`, "g"), "$&\n")
      const text = usual.replace(/\n\n[^-]*\n-/, `\n\n${body}\n-`)
      const read = await readily(Buffer.from(text))
      assert.isTrue(octets.equals(read ?? new Uint8Array(0)), String(width))
      const middle = text.length / 2
      for (const bad of ["=", "!", "-", "\0"]) {
        assert.isUndefined(await readily(Buffer.from(`${text.slice(0, middle)}${bad}${text.slice(middle)}`)), bad)
      }
    }
  })

  it("is read as the library reads it, or not", async () => {
    for (const octets of [randomBytes(2000), long]) {
      const text = armored(octets)
      const middle = text.indexOf("\n", 5000 % text.length) + 1
      const inserted = (what: string, at = middle) => `${text.slice(0, at)}${what}${text.slice(at)}`
      const inLine = (what: string) => `${text.slice(0, middle + 7)}${what}${text.slice(middle + 7 + what.length)}`
      const cases: ReadonlyArray<readonly [string, boolean]> = [
        [text, true],
        [text.replace("\n\n", "\nComment: one\nVersion: 2\n\n"), true],
        [text.replace("\n\n", "\nComment: -----BEGIN\n\n"), true],
        [text.replace("\n\n", `\n${"Comment: one\n".repeat(17)}\n`), false],
        [text.replace("\n\n", `\nComment: ${"x".repeat(2000)}\n\n`), false],
        [text.replace("\n\n", "\n-----A: B-----\n\n"), false],
        [text.replace("\n\n", "\nComment: \u2028-----A-----\n\n"), false],
        [text.replace("\n\n", "\n\u00a0\nA: b\n\n"), false],
        [text.replace("\n\n", "\n\v\n"), false],
        [text.replace("MESSAGE", "MASSAGE"), false],
        [text.replace("MESSAGE-----", "MESSAGE----- "), true],
        [text.replace("MESSAGE-----", "MESSAGE-----x"), false],
        [text.replace("END PGP MESSAGE", "END PGP SIGNATURE"), false],
        [text.replace("END PGP MESSAGE-----", "END PGP"), false],
        [text.replace("END PGP MESSAGE-----", "END PGP MESSAGE-----x"), false],
        [text.replace(/=[^=]{4}\n-----END/, "=AAAA\n-----END"), true],
        [text.replace(/=[^=]{4}\n-----END/, "=A\n-----END"), false],
        [text.replace(/=[^=]{4}\n-----END/, "=AA=A\n-----END"), false],
        [text.replaceAll("\n", "\r"), false],
        [text.replaceAll("\n", "\n- "), false],
        [`${text}${text}`, false],
        [`hello\n${text}`, false],
        [`${text}hello`, true],
        [inserted("\n"), true],
        [inserted("  \t\n"), true],
        [inserted("\0"), false],
        [inserted("!"), false],
        [inserted("=\n"), false],
        [inserted("-----BEGIN PGP MESSAGE-----\n\n"), false],
        [inserted("-----END PGP MESSAGE-----\n"), false],
        [inLine("-"), false],
        [inLine("_"), false],
        [inLine("="), false],
        [inLine("\0"), false],
        [inLine("\n"), false]
      ]
      for (const [one, isRead] of cases) {
        const name = one.length > 3000 ? `${one.slice(0, 60)}... of ${octets.length}` : one
        const wasRead = await same(Buffer.from(one), name)
        // Of lines that are not all of one length it may say what it likes.
        if (isRead) assert.isTrue(wasRead, name)
      }
    }
  })

  it("of a message, read quickly only where it is usual: else it would keep all others waiting", async () => {
    const usual = armored(sealed(literal(text)))
    assert.isDefined(await decryptQuickly(Buffer.from(usual), decryption([])))
    const odd = Buffer.from(`\r\n${usual}`)
    assert.isUndefined(await decryptQuickly(odd, decryption([])))
    assert.isDefined(await binary(odd))
  })

  it("changed at random", async () => {
    const random = Random.make(3)
    const octets = Buffer.from(openpgp.armor(openpgp.enums.armor.message, randomBytes(300)))
    for (let run = 0; run < 1000; run++) {
      const changed = mutated(octets, random)
      const quick = await readily(changed)
      if (quick === undefined || quick === changed) continue
      const { data } = await openpgp.unarmor(new TextDecoder().decode(changed), policy)
      assert.isTrue(Buffer.from(quick).equals(data as Uint8Array), changed.toString("latin1"))
    }
  })
})
