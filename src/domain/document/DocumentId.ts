/** Names that the provider sees: keyed, so that they say nothing and match nothing that it saw elsewhere. */
import { Effect, Redacted } from "effect"
import { Crypto } from "../../ports/Crypto.ts"
import type { EmailId } from "../mailbox/Mailbox.ts"
import type { IdKeys, PurposeKey } from "../vault/Derive.ts"
import { type Document, type MessageContents, naturalKey } from "./Document.ts"

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

/** RFC 4648 §5, of 32 bytes. */
const base64Url = (bytes: Uint8Array): string => {
  let text = ""
  for (let bit = 0; bit < bytes.length * 8; bit += 6) {
    const at = bit >> 3
    const pair = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
    text += ALPHABET[(pair >> (10 - (bit & 7))) & 63]
  }
  return text
}

const keyedName = Effect.fnUntraced(function*(key: PurposeKey, name: string) {
  const crypto = yield* Crypto
  return base64Url(yield* crypto.hmacSha256(Redacted.value(key), new TextEncoder().encode(name)))
})

/** The same on every device of the account. */
export const documentId = (keys: IdKeys, document: Document): Effect.Effect<string, never, Crypto> =>
  keyedName(keys.document, `${document._tag}\0${naturalKey(document)}`)

/** The blob with the bytes of a message, or with those around its contents. */
export const messageBlob = (
  keys: IdKeys,
  { contents, email }: { readonly contents?: MessageContents | undefined; readonly email: EmailId }
): Effect.Effect<string, never, Crypto> =>
  keyedName(keys.content, `${contents === undefined ? "message" : "outline"}\0${email}`)

/** The blob with a message as it came. */
export const originalBlob = (keys: IdKeys, email: EmailId): Effect.Effect<string, never, Crypto> =>
  keyedName(keys.content, `original\0${email}`)

/** The blob with a content: one for equal contents of the account, and nothing that matches outside it. */
export const contentBlob = Effect.fnUntraced(function*(keys: IdKeys, bytes: Uint8Array) {
  const crypto = yield* Crypto
  const digest = yield* crypto.hmacSha256(Redacted.value(keys.content), bytes)
  return yield* keyedName(keys.content, `content\0${base64Url(digest)}`)
})
