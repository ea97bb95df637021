/** Long messages, opened in turns with what others do meanwhile. */
import { assert, describe, it } from "@effect/vitest"
import { randomBytes } from "node:crypto"
import { setImmediate } from "node:timers/promises"
import * as openpgp from "openpgp"
import { decryptQuickly } from "../../../src/adapters/openpgp/Decrypt.ts"
import { engine, quick } from "../../../src/adapters/openpgp/Engine.ts"
import { literal } from "./Forge.ts"
import { decryption, NOW, people, signed, text } from "./Hostile.ts"

const { alice } = people

describe("a message that its owner changes while it is opened", () => {
  const long = randomBytes(5 * 1024 * 1024)

  /** Scribbled over as soon as others have a turn. */
  const scribbled = async (message: Uint8Array) => {
    const opening = decryptQuickly(message, decryption([alice.certificate]))
    await setImmediate()
    message.fill(0x41)
    return opening
  }

  it("is opened as it was, or not at all, and what was opened stays as it was judged", async () => {
    const good = signed({}, { content: literal(long), over: long })
    const again = Buffer.from(good)
    const armored = new TextEncoder().encode(openpgp.armor(openpgp.enums.armor.message, good))
    assert.isUndefined(await scribbled(good.subarray()))
    assert.isUndefined(await scribbled(armored))
    const opened = await decryptQuickly(again, decryption([alice.certificate]))
    again.fill(0x41)
    assert.strictEqual(opened?.signatures[0]?.status, "valid")
    assert.isTrue(long.equals(opened?.data ?? new Uint8Array(0)))
  })

  it("with an armor, it is opened in memory of its own: the armor stays, however often it is opened", async () => {
    const armored = new TextEncoder().encode(openpgp.armor(openpgp.enums.armor.message, signed()))
    const before = armored.slice()
    for (let time = 0; time < 2; time++) {
      const opened = await decryptQuickly(armored, decryption([alice.certificate]))
      assert.deepStrictEqual(Uint8Array.from(opened?.data ?? []), text)
      assert.deepStrictEqual(armored, before)
    }
  })
})

describe("long text, signed so that only the library can tell", () => {
  it("is left to a thread, and judged there", async () => {
    const long = new Uint8Array(5 * 1024 * 1024).fill(0x61)
    const message = signed({ type: openpgp.enums.signature.text }, { content: literal(long), over: long })
    const input = {
      data: message,
      secretKeys: [people.bob.key.write()],
      verifyWith: [alice.certificate.key.write()],
      now: NOW
    }
    assert.strictEqual(await quick.decrypt?.(input).catch(() => "left"), "left")
    const { signatures } = await engine.decrypt(input)
    assert.strictEqual(signatures[0]?.status, "valid")
  })
})
