import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Queue, Stream } from "effect"
import * as Filing from "../../../src/domain/mail/Filing.ts"
import * as Mailboxes from "../../../src/domain/mail/Mailboxes.ts"
import * as Messages from "../../../src/domain/mail/Messages.ts"
import * as Watch from "../../../src/domain/mail/Watch.ts"
import type { EmailId, MailboxId } from "../../../src/domain/mailbox/Mailbox.ts"
import { stores } from "./Stores.ts"

const add = Effect.fnUntraced(function*(mailbox: MailboxId, subject: string) {
  return (yield* Messages.add(mailbox, new TextEncoder().encode(`Subject: ${subject}\r\n\r\n`))).id
})

const begin = Effect.fnUntraced(function*(within?: Messages.Within) {
  const changes = yield* Queue.unbounded<Watch.Change>()
  yield* Effect.forkScoped(Stream.runForEach(Watch.watch(within), (change) => Queue.offer(changes, change)))
  assert.deepStrictEqual(yield* Queue.take(changes), { _tag: "Mailboxes" })
  return Queue.take(changes)
})

/** What a program knows that listed first and then heard of changes: by mailbox, ids with flags. */
const apply = (known: Map<MailboxId, Map<EmailId, string>>, change: Watch.Change): void => {
  switch (change._tag) {
    case "Arrived":
    case "Tagged": {
      const { flags, id, mailbox } = change.message
      const there = known.get(mailbox) ?? new Map<EmailId, string>()
      assert.strictEqual(there.has(id), change._tag === "Tagged")
      known.set(mailbox, there.set(id, flags.join(" ")))
      break
    }
    case "Left":
      assert.isTrue(known.get(change.mailbox)?.delete(change.id))
      break
    case "Mailboxes":
  }
}

describe.each(["memory", "sqlite"] as const)("Watch on %s", (of) => {
  it.effect("who lists and then hears knows what there is", () =>
    Effect.gen(function*() {
      const inbox = (yield* Mailboxes.named("INBOX")).id
      const archive = (yield* Mailboxes.named("Archive")).id
      const [a, b] = [yield* add(inbox, "a"), yield* add(inbox, "b")]
      const next = yield* begin()
      const known = new Map([[inbox, new Map([[a, ""], [b, ""]])]])

      yield* Filing.tag([a], "add", ["$x"])
      const c = yield* add(archive, "c")
      yield* Filing.move([b], archive)
      const { id: late } = yield* Mailboxes.create("Late")
      yield* Filing.copy([a], late)
      yield* Filing.tag([c], "add", ["\\Seen"])
      yield* Filing.remove([a], { in: inbox })
      yield* add(archive, "end")
      for (;;) {
        const change = yield* next
        apply(known, change)
        if (change._tag === "Arrived" && change.message.subject === "end") break
      }
      // The end may have been told together with what came before it in other mailboxes, not before.
      yield* add(late, "very end")
      for (let isOver = false; !isOver;) {
        const change = yield* next
        apply(known, change)
        isOver = change._tag === "Arrived" && change.message.subject === "very end"
      }
      for (const mailbox of [inbox, archive, late]) {
        const listed = yield* Stream.runCollect(Messages.list(mailbox))
        assert.deepStrictEqual(
          Array.from(known.get(mailbox) ?? []).sort(),
          listed.map(({ flags, id }) => [id, flags.join(" ")] as [EmailId, string]).sort()
        )
      }
    }).pipe(Effect.scoped, Effect.provide(Layer.fresh(stores[of]))))

  it.effect("of one mailbox, and of its end", () =>
    Effect.gen(function*() {
      const { id } = yield* Mailboxes.create("Work")
      const inbox = (yield* Mailboxes.named("INBOX")).id
      const a = yield* add(id, "a")
      const next = yield* begin({ in: id })
      yield* add(inbox, "elsewhere")
      yield* Filing.tag([a], "add", ["$x"])
      const tagged = yield* next
      assert.strictEqual(tagged._tag === "Tagged" ? tagged.message.id : tagged._tag, a)
      yield* Mailboxes.remove(id)
      assert.deepStrictEqual(yield* next, { _tag: "Mailboxes" })
      assert.deepStrictEqual(yield* next, { _tag: "Left", mailbox: id, id: a })
      const error = yield* Effect.flip(Stream.runDrain(Watch.watch({ in: id })))
      assert.strictEqual(error._tag, "MailboxNotFound")
    }).pipe(Effect.scoped, Effect.provide(Layer.fresh(stores[of]))))
})
