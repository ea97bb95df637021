import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted, Stream } from "effect"
import { generateKey } from "openpgp"
import * as Mailboxes from "../../../src/domain/mail/Mailboxes.ts"
import * as Messages from "../../../src/domain/mail/Messages.ts"
import * as Send from "../../../src/domain/mail/Send.ts"
import type { SpecialUse } from "../../../src/domain/mailbox/Mailbox.ts"
import { alice, bob, bytesOf, makeDevice, makeProvider, post, textOf, valuesOf } from "../Correspondents.ts"
import { stores } from "./Stores.ts"

const to = [{ name: "Bob", address: bob }]
const letter = { to, subject: "plan", text: "the plan" }

const inRole = Effect.fnUntraced(function*(role: SpecialUse) {
  const { id } = yield* Mailboxes.withRole(role)
  return yield* Stream.runCollect(Messages.list(id))
})

describe.each(["memory", "sqlite"] as const)("Send on %s", (of) => {
  it.effect("a draft is replaced, sent, and gone; its copy in Sent tells whom it went to", () =>
    Effect.gen(function*() {
      const provider = yield* makeProvider
      const device = yield* makeDevice(provider, alice, stores[of])
      const other = yield* makeDevice(provider, bob)
      yield* Effect.gen(function*() {
        const first = yield* Send.saveDraft({ ...letter, text: "the" })
        const second = yield* Send.saveDraft({ ...letter, bcc: [{ name: "", address: "carol@leap.test" }] }, first.id)
        assert.deepStrictEqual(yield* inRole("drafts"), [second])
        assert.sameMembers([...second.flags], ["\\Draft", "\\Seen"])
        const from = { name: "Alice", address: "alice+plans@leap.test" }
        const copy = yield* Send.send({ ...letter, from, bcc: to, to: [{ name: "", address: alice }] }, second.id)
        assert.deepStrictEqual(yield* inRole("drafts"), [])
        assert.deepStrictEqual(yield* inRole("sent"), [copy])
        assert.deepStrictEqual(copy.bcc, to)
        assert.deepStrictEqual(copy.from, [from])
      }).pipe(Effect.provideContext(device.services))
      yield* post(provider, device)
      yield* other.receive
      const [got = bytesOf()] = yield* other.inbox
      assert.deepStrictEqual(valuesOf(got, "X-Leap-Encryption"), ["decrypted"])
      assert.deepStrictEqual(valuesOf(got, "From"), ["Alice <alice+plans@leap.test>"])
      assert.deepStrictEqual(valuesOf(got, "Bcc"), [])
      assert.isTrue(textOf(got).endsWith("the plan"))
    }).pipe(Effect.scoped))

  it.effect("it may be written as another address in the account's certificate, and as a subaddress of that", () =>
    Effect.gen(function*() {
      const device = yield* makeDevice(yield* makeProvider, alice, stores[of])
      const { privateKey, publicKey } = yield* Effect.promise(() =>
        generateKey({
          userIDs: [{ email: alice }, { name: "Sales", email: "sales@leap.test" }],
          date: new Date(0),
          format: "binary"
        })
      )
      yield* device.putOwn({ address: alice, certificate: publicKey, secretKeys: [Redacted.make(privateKey)] })
      yield* Effect.gen(function*() {
        for (const address of ["sales@leap.test", "Sales+spring@leap.test"]) {
          const copy = yield* Send.send({ ...letter, from: { name: "", address } })
          assert.deepStrictEqual(copy.from, [{ name: "", address }])
        }
        const from = { name: "", address: "sale@leap.test" }
        assert.strictEqual((yield* Effect.flip(Send.saveDraft({ ...letter, from })))._tag, "SubmissionRefused")
      }).pipe(Effect.provideContext(device.services))
      const items = yield* device.outgoing
      assert.deepStrictEqual(items.map((item) => item.from), ["sales@leap.test", "Sales+spring@leap.test"])
    }).pipe(Effect.scoped))

  it.effect("what is refused is not sent and not filed", () =>
    Effect.gen(function*() {
      const device = yield* makeDevice(yield* makeProvider, alice, stores[of])
      const refusal = (wrong: Parameters<typeof Send.send>[0]) =>
        Effect.map(Effect.flip(Send.send(wrong)), ({ message }) => message)
      yield* Effect.gen(function*() {
        const from = { name: "", address: bob }
        assert.match(yield* refusal({ ...letter, from }), /^bob@leap\.test is not an address of this account/)
        assert.match(yield* refusal({ ...letter, to: [] }), /^There is nobody/)
        assert.match(yield* refusal({ ...letter, to: [{ name: "", address: "no address" }] }), /correct it$/)
        assert.deepStrictEqual(yield* inRole("sent"), [])
        yield* Mailboxes.remove((yield* Mailboxes.withRole("sent")).id)
        const error = yield* Effect.flip(Send.send(letter))
        assert.strictEqual(error._tag, "CopyNotKept")
      }).pipe(Effect.provideContext(device.services))
      assert.strictEqual((yield* device.outgoing).length, 1)
    }).pipe(Effect.scoped))
})
