/** docs/incoming.md says which test holds us to what: each is there, under that name. */
import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { join } from "node:path"

const root = join(import.meta.dirname, "../..")
const text = readFileSync(join(root, "docs/incoming.md"), "utf8")

const rows = Array.from(
  text.matchAll(/^\| (.+) \| `([\w/]+)`: (.+) \|$/gm),
  ([, failure = "", file = "", name = ""]) => ({ failure, file, name })
)

describe("docs/incoming.md", () => {
  it("has a row for each failure", () => {
    assert.isAbove(rows.length, 40)
    assert.strictEqual(new Set(rows.map(({ failure }) => failure)).size, rows.length)
  })

  it.each(rows)("$failure: $name", ({ file, name }) => {
    const source = readFileSync(join(root, "test", `${file}.test.ts`), "utf8")
    assert.include(source, name)
  })
})
