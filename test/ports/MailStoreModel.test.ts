/** Two stores that do the same show the same, answer the same and tell the same: the plain one is the other's model. */
import { NodeFileSystem } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Exit, Fiber, FileSystem, Layer, Schema, Scope, Stream } from "effect"
import { TestClock } from "effect/testing"
import * as MailStoreMemory from "../../src/adapters/memory/MailStoreMemory.ts"
import * as MailStoreSqlite from "../../src/adapters/sqlite/MailStoreSqlite.ts"
import type { Mailbox } from "../../src/domain/mailbox/Mailbox.ts"
import { type MailboxChange, MailStore } from "../../src/ports/MailStore.ts"
import { fetch, message, recount, textOf } from "./mail-store/Mail.ts"
import { perform, Step } from "./mail-store/Steps.ts"

/** Ids that a store makes itself, by the order in which they are first seen. */
const makeNumbers = () => {
  const numbers = new Map<string, number>()
  return (id: string | undefined): number => {
    const number = numbers.get(id ?? "") ?? numbers.size
    numbers.set(id ?? "", number)
    return number
  }
}

interface Subject {
  store: MailStore["Service"]
  readonly open: Effect.Effect<MailStore["Service"]>
  readonly number: (id: string | undefined) => number
  told: Fiber.Fiber<ReadonlyArray<MailboxChange>>
}

const END = "Junk"

const listen = (store: MailStore["Service"]) =>
  Effect.flatMap(Effect.orDie(store.mailbox(END)), ({ id }) =>
    store.changes.pipe(
      Stream.takeUntil((change) => change._tag !== "Mailboxes" && change.mailbox === id),
      Stream.runCollect,
      Effect.forkDetach({ startImmediately: true })
    ))

const makeSubject = Effect.fnUntraced(function*(open: Effect.Effect<MailStore["Service"]>) {
  const store = yield* open
  const subject: Subject = { store, open, number: makeNumbers(), told: yield* listen(store) }
  return subject
})

const memory = Effect.flatMap(Layer.build(Layer.fresh(MailStoreMemory.layer)), (context) => {
  const store = Context.get(context, MailStore)
  return makeSubject(Effect.succeed(store))
})

/** A file that can be closed and opened again. */
const sqlite = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const filename = `${yield* fs.makeTempDirectoryScoped({ prefix: "leap-mail-model-" })}/mail.db`
  const outer = yield* Effect.scope
  let inner = yield* Scope.fork(outer)
  return yield* makeSubject(
    Effect.gen(function*() {
      yield* Scope.close(inner, Exit.void)
      inner = yield* Scope.fork(outer)
      const context = yield* Layer.buildWithScope(Layer.fresh(MailStoreSqlite.layerFile({ filename })), inner)
      return Context.get(context, MailStore)
    }).pipe(Effect.orDie)
  )
}).pipe(Effect.provide(NodeFileSystem.layer))

const showMailbox = ({ id, uidValidity: _, ...mailbox }: Mailbox, { number }: Subject) => ({
  ...mailbox,
  id: number(id)
})

const showMailboxes = (subject: Subject) =>
  Effect.map(Effect.all([subject.store.mailboxes, subject.store.subscriptions]), ([mailboxes, subscriptions]) => ({
    subscriptions,
    mailboxes: mailboxes.map((mailbox) => showMailbox(mailbox, subject)),
    /** Which is older. */
    order: mailboxes.toSorted((a, b) => a.uidValidity - b.uidValidity).map(({ name }) => name)
  }))

const showMessages = Effect.fnUntraced(function*({ number }: Subject, name: string, bytes: boolean) {
  const records = yield* fetch(name, { objectIds: true, bytes })
  return records.map(({ bytes, emailId, flags, internalDate, modSeq, saveDate, size, threadId, uid }) => ({
    uid,
    text: textOf(bytes),
    flags: flags.toSorted(),
    modSeq,
    dates: [internalDate, saveDate],
    size,
    email: number(emailId),
    thread: number(threadId)
  }))
})

const showAll = Effect.fnUntraced(function*(subject: Subject) {
  const mailboxes = yield* subject.store.mailboxes
  return yield* Effect.forEach(mailboxes, ({ highestModSeq, id, name }) =>
    Effect.all([
      showMessages(subject, name, true),
      Effect.forEach(
        [0, 1, highestModSeq >> 1, highestModSeq - 1, highestModSeq],
        (modSeq) => subject.store.changedSince(id, modSeq)
      )
    ]))
})

/** All that was told until now. */
const hear = Effect.fnUntraced(function*({ number, store, told }: Subject) {
  yield* store.append((yield* store.mailbox(END)).id, [message("the end")])
  return (yield* Fiber.join(told)).map((change) =>
    change._tag === "Mailboxes" ? change : { ...change, mailbox: number(change.mailbox) }
  )
})

/** Answers all that was told until then. */
const reopen = Effect.fnUntraced(function*(subject: Subject) {
  const heard = yield* hear(subject)
  subject.store = yield* subject.open
  subject.told = yield* listen(subject.store)
  return heard
})

const near = (step: Step): ReadonlyArray<string> =>
  "name" in step ? "to" in step ? [step.name, step.to] : [step.name] : []

/** What a step answers, and what is to be seen near it afterwards. */
const walk = Effect.fnUntraced(function*(subject: Subject, step: Step) {
  const heard = step._tag === "Reopen" ? yield* reopen(subject) : []
  return yield* Effect.gen(function*() {
    const answer = yield* perform(step)
    const messages = yield* Effect.forEach(near(step), (name) => Effect.option(showMessages(subject, name, false)))
    return { heard, answer, messages, ...yield* showMailboxes(subject) }
  }).pipe(Effect.provideService(MailStore, subject.store))
})

const end = Effect.fnUntraced(function*(subject: Subject) {
  const heard = yield* hear(subject)
  return yield* Effect.andThen(recount, showAll(subject)).pipe(
    Effect.map((all) => ({ heard, all })),
    Effect.provideService(MailStore, subject.store)
  )
})

const START: ReadonlyArray<Step> = [
  { _tag: "Create", name: "a/b", use: "none" },
  { _tag: "Fill", name: "INBOX", count: 60 },
  { _tag: "Append", name: "a", messages: [{ text: "", id: "id-1", flags: ["\\Seen"] }] }
]

describe("MailStore", () => {
  it.effect.prop("is the same in memory and in SQLite, whatever is asked of it", {
    steps: Schema.Array(Step).check(Schema.isMaxLength(80))
  }, ({ steps }) =>
    Effect.scoped(Effect.gen(function*() {
      const [model, subject] = [yield* memory, yield* sqlite]
      for (const [index, step] of [...START, ...steps].entries()) {
        if (step._tag === "Later") yield* TestClock.adjust("1 second")
        const [expected, actual] = [yield* walk(model, step), yield* walk(subject, step)]
        assert.deepStrictEqual(actual, expected, `step ${index}: ${JSON.stringify(step)}`)
      }
      assert.deepStrictEqual(yield* end(subject), yield* end(model))
    })), { arbitrary: { runs: 25, size: 240 } })
})
