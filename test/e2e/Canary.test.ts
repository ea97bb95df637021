import { assert, describe, it } from "@effect/vitest"
import { holds, makeCanary } from "./Canary.ts"

describe("holds", () => {
  const canary = makeCanary()

  it.each(["utf8", "utf16le", "base64", "base64url", "hex"] as const)(
    "finds a canary in %s, wherever it begins",
    (encoding) => {
      for (const before of ["", "1", "22", "333"]) {
        const text = `${before}${canary}${before}`
        const bytes = encoding.startsWith("utf")
          ? Buffer.from(text, encoding)
          : Buffer.from(Buffer.from(text).toString(encoding))
        assert.isTrue(holds(bytes, canary), `${encoding} after ${before.length}`)
      }
    }
  )

  it("finds none where there is none", () => {
    assert.isFalse(holds(Buffer.from(`${makeCanary()} ${canary.slice(1)}`), canary))
  })
})
