/** What the pages point at is there. */
import { assert, describe, it } from "@effect/vitest"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { MIGRATIONS } from "../../src/adapters/sqlite/MailSchema.ts"

const root = join(import.meta.dirname, "../..")

const pages = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md")).map((name) => join("docs", name))
]

const read = (page: string): string => readFileSync(join(root, page), "utf8")

const found = (pattern: RegExp, text: string): ReadonlyArray<string> =>
  Array.from(text.matchAll(pattern), ([, first = ""]) => first)

/** As the pages' links write a heading. */
const anchor = (heading: string): string =>
  heading.toLowerCase().replaceAll(/[^\p{Letter}\p{Number} _-]/gu, "").replaceAll(" ", "-")

describe("the pages", () => {
  for (const page of pages) {
    it(page, () => {
      const text = read(page)
      for (const link of found(/\]\(([^)\s]+)\)/g, text)) {
        if (/^[a-z]+:/.test(link)) continue
        const [path = "", fragment] = link.split("#")
        const file = path === "" ? page : join(dirname(page), path)
        assert.isTrue(existsSync(join(root, file)), link)
        if (fragment !== undefined) assert.include(found(/^#+ (.+)$/gm, read(file)).map(anchor), fragment, link)
      }
      for (const path of found(/`((?:src|test|docs|bench)\/[\w./-]*)`/g, text)) {
        // A name for any.
        if (!path.includes("Thing")) assert.isTrue(existsSync(join(root, path)), path)
      }
    })
  }

  it("docs/store.md names the tables of an account's mail", () => {
    const steps = MIGRATIONS.filter((step) => typeof step === "string").join("\n")
    const tables = found(/CREATE (?:VIRTUAL )?TABLE (\w+)/g, steps).filter((name) => name !== "mail_meta")
    const [rows = ""] = /^\| table \|[^]*?\n\n/m.exec(read(join("docs", "store.md"))) ?? []
    const named = rows.split("\n").flatMap((row) => found(/`(\w+)`/g, row.split("|")[1] ?? ""))
    assert.sameMembers(named, tables)
  })
})
