/** Laws over random MIME trees: no relay that keeps to the RFCs breaks a signature; what is encrypted comes back. */
import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Schema } from "effect"
import * as OpenPgpJs from "../../../src/adapters/openpgp/OpenPgpJs.ts"
import { signedLayer } from "../../../src/domain/incoming/Layers.ts"
import { toCrlf } from "../../../src/domain/message/Compose.ts"
import { fromLatin1, latin1 } from "../../../src/domain/message/Latin1.ts"
import type { Part } from "../../../src/domain/message/MessageStructure.ts"
import { parse } from "../../../src/domain/message/Parse.ts"
import { decodedBody } from "../../../src/domain/message/Section.ts"
import { encryptedMessage, payload, signedMessage } from "../../../src/domain/outgoing/PgpMime.ts"
import { OpenPgp } from "../../../src/ports/OpenPgp.ts"
import { type Choices, choices, message } from "../message/MimeTree.ts"

const keys = Effect.runSync(Effect.cached(Effect.gen(function*() {
  const pgp = yield* OpenPgp
  return yield* pgp.generate({ name: "", email: "alice@leap.test" }, { expiresInSeconds: undefined })
})))

const split = (text: string): readonly [header: string, body: string] => {
  const at = text.indexOf("\r\n\r\n")
  return [text.slice(0, at + 2), text.slice(at + 2)]
}

const inHeader = (change: (header: string) => string) => (text: string): string => {
  const [header, body] = split(text)
  return change(header) + body
}

const inBody = (change: (body: string) => string) => (text: string): string => {
  const [header, body] = split(text)
  return header + change(body)
}

const octet = Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 })))
const octets = Arbitrary.map(Arbitrary.array(octet, { maxLength: 400 }), (all) => Uint8Array.from(all))

type Hop = readonly [name: string, change: (text: string) => string]

/** What happens to mail on its way, by the RFCs or by custom that RFC 3156 §3 tells senders to expect. */
const HOPS: ReadonlyArray<Hop> = [
  ["a trace field", (text) => `Received: from a.test by b.test; Mon, 23 Nov 2026 14:02:40 +0500\r\n${text}`],
  ["folding anew (RFC 5322 §2.2.3)", inHeader((header) => header.replaceAll(/(?<=[;,]) (?=\S)/g, "\r\n\t"))],
  ["unfolding", inHeader((header) => header.replaceAll(/\r\n[ \t]+/g, " "))],
  ["names in another case", inHeader((header) => header.replaceAll(/^[\w-]+:/gm, (name) => name.toUpperCase()))],
  ["fields in another order", inHeader((header) => `X-Spam: no\r\n${header}X-After: yes\r\n`)],
  ["blanks at line ends cut off (RFC 5321 gateways)", inBody((body) => body.replaceAll(/[ \t]+(?=\r\n)/g, ""))],
  ["a mailbox file (RFC 4155)", inBody((body) => body.replaceAll(/^From /gm, ">From "))],
  ["seven bits only (RFC 5321 §2.4)", inBody((body) => body.replaceAll(/[\x80-\xff]/g, "?"))],
  ["no NUL", inBody((body) => body.replaceAll("\0", ""))],
  ["lines of 1000 octets at most (RFC 5321 §4.5.3.1.6)", inBody((body) => body.replaceAll(/[^\r\n]{998}/g, "$&\r\n"))],
  ["a line more at the end", (text) => `${text}\r\n`],
  ["line ends of a Unix file, and back", (text) => text.replaceAll("\r\n", "\n").replaceAll("\n", "\r\n")],
  ["line ends of a Unix file", (text) => text.replaceAll("\r\n", "\n")]
]

const relayed = (
  bytes: Uint8Array,
  by: Choices
): { readonly bytes: Uint8Array; readonly by: ReadonlyArray<string> } => {
  const taken = HOPS.filter(() => by.below(2) === 1)
  return {
    bytes: fromLatin1(taken.reduce((text, [, change]) => change(text), latin1(bytes))),
    by: taken.map(([name]) => name)
  }
}

/** Contents of the leaves, text with CRLF: what a person reads of a message. */
const contents = (bytes: Uint8Array): ReadonlyArray<string> => {
  const found: Array<string> = []
  const visit = (part: Part): void => {
    const inner = part.message === undefined ? part.parts : [part.message.root]
    if (inner.length > 0) return inner.forEach(visit)
    const body = decodedBody(part, bytes) ?? new Uint8Array()
    const isText = part.type === "text"
    found.push(`${part.type}/${part.subtype} ${latin1(isText ? toCrlf(body) : body)}`)
  }
  visit(parse(bytes).root)
  return found
}

describe("a signed message", () => {
  it.effect.prop(
    "verifies, whatever relays made of it",
    { message, choices },
    ({ choices, message: text }) =>
      Effect.gen(function*() {
        const message = fromLatin1(text)
        const pgp = yield* OpenPgp
        const { certificate, secretKey } = yield* keys
        const data = payload(message, "clear")
        const sent = signedMessage(message, data, yield* pgp.armor("signature", yield* pgp.sign(data, secretKey)))
        const { by, bytes } = relayed(sent, choices())
        const layer = signedLayer(bytes, parse(bytes).root)
        assert.isDefined(layer, by.join())
        if (layer === undefined) return
        const signed = toCrlf(bytes.subarray(layer.signed.headerStart, layer.signed.bodyEnd))
        assert.strictEqual(latin1(signed), latin1(data), by.join())
        const signature = decodedBody(layer.signature, bytes) ?? new Uint8Array()
        const checks = yield* pgp.verify({ data: signed, signature, verifyWith: [certificate] })
        assert.deepStrictEqual(checks.map(({ status }) => status), ["valid"], by.join())
      }).pipe(Effect.provide(OpenPgpJs.layer)),
    { arbitrary: { runs: 150 } }
  )

  it.prop("says what the message said", { message }, ({ message: text }) => {
    const message = fromLatin1(text)
    assert.deepStrictEqual(contents(payload(message, "clear")), contents(message))
  })
})

describe("an encrypted message", () => {
  it.effect.prop(
    "opens to the same octets",
    { bytes: octets, message },
    ({ bytes, message: text }) =>
      Effect.gen(function*() {
        const message = fromLatin1(text)
        const pgp = yield* OpenPgp
        const { certificate, secretKey } = yield* keys
        for (const data of [bytes, payload(message, "cipher")]) {
          const sealed = yield* pgp.encrypt({ data, recipients: [certificate], signWith: secretKey, anonymous: false })
          const sent = encryptedMessage(message, yield* pgp.armored("message", sealed))
          const [, content] = parse(sent).root.parts
          const found = content === undefined ? new Uint8Array() : decodedBody(content, sent) ?? new Uint8Array()
          const opened = yield* pgp.decrypt({ data: found, secretKeys: [secretKey], verifyWith: [certificate] })
          assert.strictEqual(latin1(opened.data), latin1(data))
          assert.deepStrictEqual(opened.signatures.map(({ status }) => status), ["valid"])
        }
      }).pipe(Effect.provide(OpenPgpJs.layer)),
    { arbitrary: { runs: 40 } }
  )
})
