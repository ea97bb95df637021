import { assert, it } from "@effect/vitest"
import { because } from "../../src/ports/Because.ts"
import { ProviderStoreError } from "../../src/ports/ProviderStoreError.ts"

it("says the words of what lies below, or nothing", () => {
  assert.strictEqual(because(new Error("the disk is full")), " (the disk is full)")
  assert.strictEqual(because(new Error("", { cause: new Error("the line was cut") })), " (the line was cut)")
  assert.deepStrictEqual([new Error(""), undefined, "", { code: 1 }].map(because), ["", "", "", ""])
  assert.strictEqual(
    new ProviderStoreError({ operation: "open", cause: new Error("a newer leap-mail wrote it") }).message,
    `The provider's store failed at "open" (a newer leap-mail wrote it)`
  )
})
