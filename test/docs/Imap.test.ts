/** docs/imap.md lists what CAPABILITY names, all of it and nothing else. */
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { capabilities } from "../../src/adapters/imap/Capabilities.ts"
import * as MailStoreMemory from "../../src/adapters/memory/MailStoreMemory.ts"
import { MAX_ENTRIES, MAX_VALUE_BYTES } from "../../src/domain/mailbox/Metadata.ts"
import { MailStore } from "../../src/ports/MailStore.ts"

const page = readFileSync(join(import.meta.dirname, "../../docs/imap.md"), "utf8")
const table = page.slice(page.indexOf("| for |"), page.indexOf("What may surprise"))

describe("docs/imap.md", () => {
  it.effect("names the extensions that there are", () =>
    Effect.gen(function*() {
      const store = Context.get(yield* Layer.build(MailStoreMemory.layer), MailStore)
      const stranger = { compression: "off", startTls: Effect.void, store: undefined } as const
      const offered = new Set([
        ...capabilities({ ...stranger, isPrivate: false }),
        ...capabilities({ ...stranger, isPrivate: true }),
        ...capabilities({ ...stranger, isPrivate: true, store })
      ].map((name) => name.replace(/^APPENDLIMIT=.*/, "APPENDLIMIT")))
      const listed = Array.from(table.matchAll(/`([^`]+)`/g), ([, name]) => name)
      assert.sameMembers(listed, [...offered].filter((name) => !name.startsWith("IMAP4rev")))
    }))

  it("says the limits as they are", () => {
    assert.include(
      page,
      `Values have at most ${MAX_VALUE_BYTES / 1024} KiB, and a mailbox\n  has at most ${MAX_ENTRIES} of them`
    )
  })
})
