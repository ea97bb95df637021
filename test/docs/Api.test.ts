/** docs/api.md says what is so: its examples are the files that are compiled and run, and what it names exists. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Queue, Redacted, Stream } from "effect"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Morning from "../../docs/examples/Morning.ts"
import { show } from "../../docs/examples/Show.ts"
import * as Mailboxes from "../../src/domain/mail/Mailboxes.ts"
import * as Messages from "../../src/domain/mail/Messages.ts"
import { INBOX } from "../../src/domain/mailbox/Mailbox.ts"
import { compose } from "../../src/domain/message/Compose.ts"
import { alice, bytesOf, makeDevice, makeProvider } from "../domain/Correspondents.ts"
import { stores } from "../domain/mail/Stores.ts"

const docs = join(import.meta.dirname, "../../docs")
const text = readFileSync(join(docs, "api.md"), "utf8")

const port = readFileSync(join(docs, "../src/ports/MailStore.ts"), "utf8")

const load = (name: string) => import(`../../src/domain/mail/${name}.ts`) as Promise<object>

const all = (pattern: RegExp, within: string): ReadonlyArray<string> =>
  Array.from(within.matchAll(pattern), ([, found = ""]) => found)

const sections = text.slice(text.indexOf("## Modules"), text.indexOf("## Errors")).split(/\n(?=\*\*`)/).slice(1)

const programsOf = (section: string): ReadonlyArray<string> =>
  all(/^\| (`.*?) \|/gm, section).flatMap((cell) => all(/`(\w+)/g, cell))

describe("docs/api.md", () => {
  it("lists programs in its tables", () => {
    assert.isAbove(sections.flatMap(programsOf).length, 20)
  })

  it("shows the examples as they are", () => {
    const shown = Array.from(text.matchAll(/```ts\n([^]*?)```/g), ([, code = ""]) => code)
    const files = readdirSync(join(docs, "examples")).map((name) => readFileSync(join(docs, "examples", name), "utf8"))
    assert.sameMembers(shown, files)
  })

  it.each(sections)("%s", async (section) => {
    const modules = await Promise.all(all(/\*\*`(\w+)`\*\*/g, section).map(load))
    const programs = programsOf(section)
    assert.isAbove(modules.length, 0)
    for (const program of programs) assert.isTrue(modules.some((module) => program in module), program)
  })

  it("names programs that there are, for all that leap.mail had", async () => {
    const named = all(/`([A-Z]\w+\.[a-z]\w+)/g, text.slice(text.indexOf("| leap.mail | here |")))
    const ours = named.filter((one) => !/^(Account|MessageCollection|Message|MessagePart|OutgoingMail)\./.test(one))
    for (const one of new Set(ours)) {
      const [module = "", program = ""] = one.split(".")
      if (module === "MailStore") assert.match(port, new RegExp(`^  (readonly )?${program}[(:]`, "m"))
      else {assert.property(
          await (module === "Outgoing" ? import("../../src/domain/outgoing/Outgoing.ts") : load(module)),
          program
        )}
    }
    assert.isAbove(ours.length, 30)
  })
})

const invoice = compose({
  headers: [["From", "Shop <shop@elsewhere.test>"], ["Subject", "Invoice for May"], [
    "Message-ID",
    "<1@elsewhere.test>"
  ]],
  body: {
    _tag: "Multipart",
    subtype: "mixed",
    parts: [
      { headers: [], body: { _tag: "Text", text: "See the file" } },
      {
        headers: [],
        body: {
          _tag: "Binary",
          type: "application/pdf",
          bytes: bytesOf("%PDF"),
          parameters: [{ name: "name", value: "may.pdf" }]
        }
      }
    ]
  }
})

describe.each(["memory", "sqlite"] as const)("the example on %s", (of) => {
  it.effect("does what it says", () =>
    Effect.gen(function*() {
      const { services } = yield* makeDevice(yield* makeProvider, alice, stores[of])
      yield* Effect.gen(function*() {
        const inbox = yield* Mailboxes.named(INBOX)
        const seen = yield* Queue.unbounded<string>()
        const telling = yield* Effect.forkChild(Morning.tell((subject) => Queue.offer(seen, subject)))
        // The watch has begun when it tells of what came since.
        const id = yield* Effect.raceFirst(
          Effect.forever(Effect.andThen(Messages.add(inbox.id, bytesOf("Subject: knock", "", "")), Effect.yieldNow)),
          Queue.take(seen)
        ).pipe(
          Effect.andThen(Messages.add(inbox.id, invoice, { receivedAt: 1000 })),
          Effect.map((message) => message.id)
        )
        yield* Effect.repeat(Queue.take(seen), { until: (subject) => subject === "Invoice for May" })
        yield* Fiber.interrupt(telling)

        const { lines, unseen } = yield* Morning.overview
        assert.strictEqual(lines[0], "shop@elsewhere.test: Invoice for May")
        assert.strictEqual(unseen, (yield* Mailboxes.named(INBOX)).exists)

        const files = yield* Morning.fileInvoices
        assert.deepStrictEqual(Array.from(files), [["may.pdf", bytesOf("%PDF")]])
        const { flags, mailbox } = yield* Messages.get(id)
        assert.deepStrictEqual(flags, ["\\Seen", "$filed"])
        assert.strictEqual((yield* Mailboxes.get(mailbox)).name, "Invoices")
        assert.strictEqual((yield* Morning.fileInvoices).size, 0)

        const answer = yield* Morning.thank(id)
        assert.strictEqual(answer.subject, "Re: Invoice for May")
        assert.deepStrictEqual(answer.references, ["1@elsewhere.test"])
        const sent = yield* Mailboxes.withRole("sent")
        assert.deepStrictEqual(yield* Stream.runCollect(Messages.list(sent.id)), [answer])
      }).pipe(Effect.provideContext(services))
    }).pipe(Effect.scoped))
})

it.effect("the second example opens a file", () =>
  Effect.gen(function*() {
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "leap-mail-docs-"))),
      (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
    )
    const { lines } = yield* show(join(folder, "mail.db"), Redacted.make(new Uint8Array(32).fill(1)))
    assert.deepStrictEqual(lines, [])
  }).pipe(Effect.scoped))
