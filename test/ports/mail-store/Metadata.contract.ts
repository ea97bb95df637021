/** Annotations (RFC 5464): of mailboxes and of the server, bounded, told, and where they go when mailboxes change. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { MailboxId } from "../../../src/domain/mailbox/Mailbox.ts"
import { MAX_ENTRIES, MAX_VALUE_BYTES } from "../../../src/domain/mailbox/Metadata.ts"
import { MailStore } from "../../../src/ports/MailStore.ts"
import { equal, idOf, NOWHERE, octets, put, type Test, textOf, told } from "./Mail.ts"

const annotate = Effect.fnUntraced(function*(
  mailbox: MailboxId | undefined,
  entries: Record<string, string | Uint8Array | undefined>
) {
  const store = yield* MailStore
  return yield* store.setMetadata(
    mailbox,
    Object.entries(entries).map(([entry, value]) => [entry, typeof value === "string" ? octets(value) : value])
  )
})

const read = (mailbox: MailboxId | undefined) =>
  Effect.flatMap(MailStore, (store) =>
    Effect.map(
      store.metadata(mailbox),
      (entries) => Object.fromEntries(Array.from(entries, ([entry, value]) => [entry, textOf(value)]))
    ))

export const metadataContract = (test: Test): void => {
  test(
    "keeps entries of mailboxes and of the server apart, names without case",
    Effect.gen(function*() {
      const [inbox, sent] = [yield* idOf("INBOX"), yield* idOf("Sent")]
      const changes = yield* told(Effect.gen(function*() {
        yield* annotate(inbox, { "/private/comment": "mine", "/shared/Comment": "é\r\nline" })
        yield* annotate(undefined, { "/private/comment": "of all" })
        yield* annotate(sent, {})
        yield* annotate(inbox, { "/PRIVATE/COMMENT": "ours", "/shared/comment": "é\r\nline", "/private/x": undefined })
      }))
      equal(changes, [
        "Metadata INBOX /private/comment,/shared/comment",
        "Metadata (server) /private/comment",
        "Metadata INBOX /private/comment"
      ])
      equal(yield* read(inbox), { "/private/comment": "ours", "/shared/comment": "é\r\nline" })
      equal(yield* read(undefined), { "/private/comment": "of all" })
      equal(yield* read(sent), {})
      yield* annotate(inbox, { "/private/comment": undefined })
      equal(yield* read(inbox), { "/shared/comment": "é\r\nline" })
    })
  )

  test(
    "keeps any octets, none included",
    Effect.gen(function*() {
      const store = yield* MailStore
      const all = Uint8Array.from({ length: 256 }, (_, octet) => octet)
      yield* annotate(undefined, { "/private/vendor/test/octets": all, "/private/empty": "" })
      const entries = yield* store.metadata(undefined)
      equal([...entries.keys()].sort(), ["/private/empty", "/private/vendor/test/octets"])
      equal(entries.get("/private/vendor/test/octets"), all)
      equal(entries.get("/private/empty"), new Uint8Array())
    })
  )

  test(
    "refuses past a limit, and then changes nothing",
    Effect.gen(function*() {
      const inbox = yield* idOf("INBOX")
      yield* annotate(inbox, { "/private/kept": "kept" })
      const many = Object.fromEntries(Array.from({ length: MAX_ENTRIES }, (_, index) => [`/private/n${index}`, "x"]))
      const changes = yield* told(Effect.gen(function*() {
        const refusals = [
          { "/private/kept": "changed", "/private/large": new Uint8Array(MAX_VALUE_BYTES + 1) },
          { "/private/kept": "changed", "/elsewhere/kept": "x" },
          { "/private/kept": undefined, "/private/a": "x", ...many }
        ]
        const codes = yield* Effect.forEach(refusals, (one) => Effect.flip(annotate(inbox, one)))
        equal(codes.map((error) => "code" in error && error.code), ["tooBig", "badName", "tooMany"])
      }))
      equal(changes, [])
      equal(yield* read(inbox), { "/private/kept": "kept" })
      yield* annotate(inbox, { "/private/kept": undefined, ...many, "/private/n0": new Uint8Array(MAX_VALUE_BYTES) })
      assert.strictEqual(Object.keys(yield* read(inbox)).length, MAX_ENTRIES)
    })
  )

  test(
    "goes with its mailbox: kept when renamed, copied from INBOX, gone when deleted",
    Effect.gen(function*() {
      const store = yield* MailStore
      const { id } = yield* store.create("Work")
      yield* annotate(id, { "/shared/comment": "work" })
      yield* store.rename("Work", "Old")
      equal(yield* read(id), { "/shared/comment": "work" })

      yield* annotate(yield* idOf("INBOX"), { "/shared/comment": "inbox" })
      yield* put("INBOX", "one")
      yield* store.rename("INBOX", "Before")
      for (const name of ["INBOX", "Before"]) equal(yield* read(yield* idOf(name)), { "/shared/comment": "inbox" })
      yield* annotate(yield* idOf("Before"), { "/shared/comment": "before" })
      equal(yield* read(yield* idOf("INBOX")), { "/shared/comment": "inbox" })

      yield* store.delete("Old")
      for (const unknown of [id, NOWHERE]) {
        assert.strictEqual((yield* Effect.flip(read(unknown)))._tag, "MailboxNotFound")
        assert.strictEqual((yield* Effect.flip(annotate(unknown, {})))._tag, "MailboxNotFound")
      }
      equal(yield* read((yield* store.create("Old")).id), {})
    })
  )
}
