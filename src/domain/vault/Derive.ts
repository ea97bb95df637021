/** Keys from the root secret: HKDF-SHA-256, one label a purpose, so that no key ever serves two (RFC 5869 §3.2). */
import { Effect, Redacted } from "effect"
import { Crypto } from "../../ports/Crypto.ts"
import { type RootSecret, SECRET_BYTES } from "./RootSecret.ts"

/** Keys that are made once for an unlocked account. */
export type Purpose = "document ids" | "content ids" | "mailbox ids" | "email ids" | "witness marks" | "device slot"
export type PurposeKey = Redacted.Redacted<Uint8Array>

const PREFIX = "leap-mail v1 "

const derive = Effect.fnUntraced(function*(root: RootSecret, info: string) {
  const crypto = yield* Crypto
  return Redacted.make(yield* crypto.hkdfSha256(Redacted.value(root), PREFIX + info, SECRET_BYTES), { label: info })
})

export const purposeKey = (root: RootSecret, purpose: Purpose): Effect.Effect<PurposeKey, never, Crypto> =>
  derive(root, purpose)

/** The key that seals one document, of any version. The id follows a fixed label, so no id can name another purpose. */
export const documentKey = (root: RootSecret, documentId: string): Effect.Effect<PurposeKey, never, Crypto> =>
  derive(root, `document key\0${documentId}`)

export const contentKey = (root: RootSecret, contentId: string): Effect.Effect<PurposeKey, never, Crypto> =>
  derive(root, `content key\0${contentId}`)

/** What the unlocked account keeps in memory to name its documents, and to say what it has seen of them. */
export interface IdKeys {
  readonly document: PurposeKey
  readonly content: PurposeKey
  readonly mailbox: PurposeKey
  readonly email: PurposeKey
  readonly witness: PurposeKey
}

export const idKeys = (root: RootSecret): Effect.Effect<IdKeys, never, Crypto> =>
  Effect.all({
    document: purposeKey(root, "document ids"),
    content: purposeKey(root, "content ids"),
    mailbox: purposeKey(root, "mailbox ids"),
    email: purposeKey(root, "email ids"),
    witness: purposeKey(root, "witness marks")
  })
