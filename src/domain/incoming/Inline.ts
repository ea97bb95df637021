/** What becomes of a leaf part that holds OpenPGP without MIME: armored or clear-signed text, an encrypted file. */
import { Effect } from "effect"
import type { SignatureCheck } from "../../ports/OpenPgp.ts"
import { decodeText } from "../message/Charset.ts"
import { type Body, compose, type Entity } from "../message/Compose.ts"
import { fileName } from "../message/FileName.ts"
import { headerFields } from "../message/Header.ts"
import { concat, fromLatin1, holds, latin1 } from "../message/Latin1.ts"
import type { Part } from "../message/MessageStructure.ts"
import { formatParameter } from "../message/Parameters.ts"
import { decodedBody } from "../message/Section.ts"
import { armorHeader, type Block, blocks, clearSigned, isAlone } from "./Armor.ts"
import { decrypted, type Reader } from "./CryptoEnvelope.ts"
import { slices } from "./Recover.ts"
import { checkDetached } from "./Signatures.ts"

/** Larger texts are files. */
const MAX_TEXT_BYTES = 16 * 1024 * 1024

/** What was found in a part. */
export interface OpenedLeaf {
  /** The entity that takes its place; undefined: it stays. */
  readonly bytes: Uint8Array | undefined
  readonly isDecrypted: boolean
  /** Clear text stands beside it. */
  readonly isPartly: boolean
  readonly failure: string | undefined
  readonly checks: ReadonlyArray<SignatureCheck>
  readonly fault: string | undefined
}

const UNTOUCHED: OpenedLeaf = {
  bytes: undefined,
  isDecrypted: false,
  isPartly: false,
  failure: undefined,
  checks: [],
  fault: undefined
}

const BEGIN = fromLatin1("-----BEGIN PGP ")

const REPLACED: ReadonlySet<string> = new Set(["content-type", "content-transfer-encoding", "content-disposition"])

/** The part's own header, but for what says how its body is to be read. */
const around = (bytes: Uint8Array, part: Part, entity: Entity, kept: ReadonlyArray<string> = []): Uint8Array =>
  concat([
    ...slices(
      bytes,
      headerFields(bytes, part.headerStart, part.bodyStart)
        .filter(({ name }) => !REPLACED.has(name) || kept.includes(name))
    ),
    compose(entity)
  ])

/** Base64: no line of it can be one of the message's delimiters. */
const plainText = (text: string): Body => ({
  _tag: "Binary",
  type: "text/plain",
  parameters: [{ name: "charset", value: "utf-8" }],
  bytes: new TextEncoder().encode(text.replaceAll(/\r?\n/g, "\r\n"))
})

/** What a part brings is not the word of the message's author: nothing is learned from it. */
const opened = (reader: Reader, data: Uint8Array) => decrypted({ ...reader, learns: false }, data)

const openedText = Effect.fnUntraced(function*(reader: Reader, block: string) {
  const { checks, data } = yield* opened(reader, fromLatin1(block))
  return { text: decodeText(data, armorHeader(block, "charset")), checks }
})

const checkBlock = Effect.fnUntraced(function*(reader: Reader, text: string, block: Block) {
  const parsed = clearSigned(text.slice(block.start, block.end))
  if (parsed === undefined) return { ...UNTOUCHED, fault: "the signed text is not made as RFC 9580 has it" }
  if (!isAlone(text, block)) return { ...UNTOUCHED, fault: "it covers only some of the text" }
  const { checks, fault } = yield* checkDetached(parsed.data, parsed.signature, reader)
  const leaf: OpenedLeaf = { ...UNTOUCHED, checks, fault }
  return leaf
})

const attachment = (text: string, number: number): Entity => ({
  headers: [["Content-Disposition", `attachment; filename="decrypted-${number}.txt"`]],
  body: plainText(text)
})

/** Text that was encrypted stands alone or beside the clear one, as a file: an answer to one must not quote the other. */
const openBlocks = Effect.fnUntraced(
  function*(reader: Reader, bytes: Uint8Array, part: Part, text: string, found: ReadonlyArray<Block>) {
    const encrypted = found.filter(({ kind }) => kind === "message")
    const [first] = encrypted
    if (first === undefined) return UNTOUCHED
    if (isAlone(text, first)) {
      const { checks, text: clear } = yield* openedText(reader, text.slice(first.start, first.end))
      const bytes_ = around(bytes, part, { headers: [], body: plainText(clear) }, ["content-disposition"])
      const leaf: OpenedLeaf = { ...UNTOUCHED, bytes: bytes_, isDecrypted: true, checks }
      return leaf
    }
    const texts = yield* Effect.forEach(encrypted, ({ end, start }) => openedText(reader, text.slice(start, end)))
    const original = concat([
      ...slices(
        bytes,
        headerFields(bytes, part.headerStart, part.bodyStart).filter(({ name }) => REPLACED.has(name))
      ),
      fromLatin1("\r\n"),
      bytes.subarray(part.bodyStart, part.bodyEnd)
    ])
    const parts = [original, ...texts.map(({ text: clear }, index) => attachment(clear, index + 1))]
    const leaf: OpenedLeaf = {
      ...UNTOUCHED,
      bytes: around(bytes, part, { headers: [], body: { _tag: "Multipart", subtype: "mixed", parts } }),
      isDecrypted: true,
      isPartly: true
    }
    return leaf
  },
  (effect) => Effect.catchTag(effect, "OpenPgpError", ({ reason }) => Effect.succeed({ ...UNTOUCHED, failure: reason }))
)

const openText = Effect.fnUntraced(function*(reader: Reader, bytes: Uint8Array, part: Part, body: Uint8Array) {
  if (body.length > MAX_TEXT_BYTES || !holds(body, BEGIN)) return UNTOUCHED
  const text = latin1(body)
  const found = blocks(text)
  if (part.subtype === "html") {
    return found.some(({ kind }) => kind === "message")
      ? { ...UNTOUCHED, failure: "an encrypted text inside HTML is left as it is" }
      : UNTOUCHED
  }
  const signed = found.find(({ kind }) => kind === "signed")
  return signed === undefined
    ? yield* openBlocks(reader, bytes, part, text, found)
    : yield* checkBlock(reader, text, signed)
})

const ENDINGS = /\.(?:asc|gpg|pgp)$/i

/** An encrypted message begins with a session key (RFC 9580 §5.1, §5.3): not a key, not a signature. */
const isEncrypted = (body: Uint8Array): boolean => {
  const first = body[0] ?? 0
  if (first < 0x80) return latin1(body, 0, Math.min(body.length, 1000)).trimStart().startsWith("-----BEGIN PGP MESSAGE")
  const tag = first >= 0xc0 ? first & 0x3f : (first >> 2) & 0x0f
  return tag === 1 || tag === 3
}

const openFile = Effect.fnUntraced(
  function*(reader: Reader, bytes: Uint8Array, part: Part, body: Uint8Array, name: string) {
    if (!isEncrypted(body)) return UNTOUCHED
    const { checks, data } = yield* opened(reader, body)
    const inner = name.replace(ENDINGS, "")
    const entity: Entity = {
      headers: [["Content-Disposition", `attachment; ${formatParameter({ name: "filename", value: inner })}`]],
      body: { _tag: "Binary", type: "application/octet-stream", bytes: data }
    }
    const leaf: OpenedLeaf = { ...UNTOUCHED, bytes: around(bytes, part, entity), isDecrypted: true, checks }
    return leaf
  },
  (effect) => Effect.catchTag(effect, "OpenPgpError", ({ reason }) => Effect.succeed({ ...UNTOUCHED, failure: reason }))
)

/** By its name a file, by its type a text, and else nothing of ours. */
export const openLeaf = Effect.fnUntraced(function*(reader: Reader, bytes: Uint8Array, part: Part) {
  const name = fileName(part)
  const isFile = name !== undefined && ENDINGS.test(name)
  if (!isFile && part.type !== "text") return UNTOUCHED
  const body = decodedBody(part, bytes)
  if (body === undefined) return UNTOUCHED
  return isFile
    ? yield* openFile(reader, bytes, part, body, name)
    : yield* openText(reader, bytes, part, body)
})
