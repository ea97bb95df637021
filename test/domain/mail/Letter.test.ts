import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { type Letter, recipients, reply, write } from "../../../src/domain/mail/Letter.ts"
import { type Correspondent, type Message, messageOf } from "../../../src/domain/mail/Message.ts"
import { openPart, partsOf, textOf } from "../../../src/domain/mail/Part.ts"
import type { EmailId, MailboxId } from "../../../src/domain/mailbox/Mailbox.ts"
import type { Uid } from "../../../src/domain/mailbox/Uid.ts"
import { parse } from "../../../src/domain/message/Parse.ts"

const alice: Correspondent = { name: "Alice", address: "alice@leap.test" }
const bob: Correspondent = { name: "", address: "bob@leap.test" }

const written = (letter: Letter, from = alice): Uint8Array =>
  write(letter, { from, now: 0, messageId: "<new@leap.test>" })

const read = (bytes: Uint8Array): Message => {
  const structure = parse(bytes)
  const message = messageOf("inbox" as MailboxId, {
    uid: 1 as Uid,
    flags: [],
    internalDate: 0,
    saveDate: 0,
    size: bytes.length,
    emailId: "E1" as EmailId,
    threadId: "T1",
    structure
  })
  assert.isDefined(message)
  return message as Message
}

const WORDS = ["Ann", "Zoë", "\"", "\\", "<", ">", ",", ";", "(", "@", "\r\nBcc: x@x", "李"] as const

const names = Arbitrary.map(
  Arbitrary.array(Arbitrary.schema(Schema.Literals(WORDS)), { maxLength: 5 }),
  (words) => words.join(" ")
)

describe("Letter.write", () => {
  it.prop(
    "is read as it was written, whatever the names and the subject",
    { name: names, subject: names },
    (letter) => {
      const clean = (text: string) => text.replaceAll(/\p{Cc}+/gu, " ").replaceAll(/ +/g, " ").trim()
      const message = read(
        written({ to: [{ ...letter, address: bob.address }, alice], subject: letter.subject, text: "" })
      )
      assert.deepStrictEqual(message.to.map(({ address }) => address), [bob.address, alice.address])
      assert.strictEqual(clean(message.to[0]?.name ?? ""), clean(letter.name))
      assert.strictEqual(clean(message.subject), clean(letter.subject))
      assert.deepStrictEqual(message.bcc, [])
      assert.deepStrictEqual(message.from, [alice])
      assert.strictEqual(message.messageId, "new@leap.test")
    }
  )

  it("carries text, HTML and files", () => {
    const file = { name: "Ärger \"1\".bin", type: "application/octet-stream", bytes: Uint8Array.of(0, 255, 13) }
    const bytes = written({ to: [bob], subject: "", text: "schön", html: "<b>schön</b>", files: [file] })
    const structure = parse(bytes)
    assert.deepStrictEqual(textOf(structure, bytes), { plain: "schön", html: "<b>schön</b>" })
    const [kept] = partsOf(structure).filter(({ isAttachment }) => isAttachment)
    assert.strictEqual(kept?.name, file.name)
    assert.deepStrictEqual(openPart(structure, bytes, kept?.number ?? "")?.bytes, file.bytes)
    assert.isTrue(read(bytes).hasAttachment)
  })

  it("goes to each once", () => {
    assert.deepStrictEqual(recipients({ to: [bob, alice], cc: [bob], bcc: [alice], subject: "", text: "" }), [
      bob.address,
      alice.address
    ])
  })
})

describe("Letter.reply (RFC 5322 §3.6)", () => {
  const original = (headers: string): Message => read(new TextEncoder().encode(`${headers}\r\n\r\n`))

  it("goes where the writer wants answers, and refers to what it answers", () => {
    const message = original(
      "From: Bob <bob@leap.test>\r\nReply-To: list@x.test\r\nSubject: Plan\r\nMessage-ID: <2@x>\r\nReferences: <0@x> <1@x>"
    )
    const answer = reply(message)
    assert.deepStrictEqual(answer.to, [{ name: "", address: "list@x.test" }])
    assert.strictEqual(answer.subject, "Re: Plan")
    const again = read(written({ ...answer, text: "yes" }))
    assert.deepStrictEqual(again.references, ["0@x", "1@x", "2@x"])
    assert.strictEqual(reply(again).subject, "Re: Plan")
  })

  it("to all goes to everyone else once, and not to oneself", () => {
    const message = original(
      "From: bob@leap.test\r\nTo: Alice@leap.test, carol@x.test\r\nCc: bob@leap.test, dave@x.test"
    )
    const { cc, to } = reply(message, { all: true, own: ["alice@leap.test"] })
    assert.deepStrictEqual(to.map(({ address }) => address), ["bob@leap.test"])
    assert.deepStrictEqual(cc?.map(({ address }) => address), ["carol@x.test", "dave@x.test"])
    assert.deepStrictEqual(reply(message, { own: ["alice@leap.test"] }).cc, [])
  })
})
