/** What others import by the package's name is there, in the sources and in what is built. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { run } from "../e2e/Installed.ts"

const root = join(import.meta.dirname, "../..")
const examples = join(root, "docs/examples")

const imported = readdirSync(examples).flatMap((file) =>
  Array.from(
    readFileSync(join(examples, file), "utf8").matchAll(/from "(leap-mail\/[^"]+)"/g),
    ([, found = ""]) => found
  )
)

/** Node resolves a package's own name by its `exports`, as it does for others. */
const code = `
import { Effect } from "effect"
import * as Mailboxes from "leap-mail/domain/mail/Mailboxes"
import * as MailStoreMemory from "leap-mail/adapters/memory/MailStoreMemory"
for (const name of ${JSON.stringify(imported)}) await import(name)
const mailboxes = await Effect.runPromise(Effect.provide(Mailboxes.list, MailStoreMemory.layer))
console.log(mailboxes.map(({ name }) => name).join())
`

const isBuilt = existsSync(join(root, "dist/domain/mail/Mailboxes.js"))

describe("the package", () => {
  it("has what its examples import", () => {
    assert.isAbove(imported.length, 0)
    for (const name of imported) assert.isTrue(existsSync(join(root, name.replace("leap-mail", "src") + ".ts")), name)
  })

  it.live.skipIf(!isBuilt)(
    isBuilt ? "runs a program by its exports" : "runs a program by its exports (skipped: npm run build first)",
    () =>
      Effect.gen(function*() {
        const { stderr, stdout } = yield* run(process.execPath, ["--input-type=module", "-"], {
          cwd: root,
          input: code
        })
        assert.strictEqual(stderr, "")
        assert.strictEqual(stdout.toString(), "INBOX,Archive,Drafts,Junk,Sent,Trash\n")
      })
  )
})
