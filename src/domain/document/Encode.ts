/**
 * Documents as bytes: JSON with a version in front of everything, so that a later form is told from a broken one. A new
 * kind of document needs no new version: programs that do not know it keep it and pass it over. A new version stops them.
 */
import { Effect, Schema } from "effect"
import { Document, isKind, type UnknownDocument } from "./Document.ts"

const VERSION = 1

/** It opened with the account's keys and still is no document that this program knows. */
export class DocumentRefused extends Schema.TaggedError<DocumentRefused>()("DocumentRefused", {
  id: Schema.String,
  reason: Schema.Literals(["newer", "malformed", "misplaced", "unsealed"])
}) {
  override get message(): string {
    const why = {
      newer: "a newer leap-mail wrote it; update leap-mail on this device",
      malformed: "it is no document; the device that wrote it is broken",
      misplaced: "it lies under the id of another document; the device that wrote it is broken",
      unsealed: "the provider says it is gone, and no device of yours sealed that; do not trust the provider"
    }[this.reason]
    return `The document ${this.id} cannot be used: ${why}`
  }
}

const Version = Schema.Struct({ version: Schema.Int })
/** A name in a log, and in the witnesses. */
const Tagged = Schema.Struct({
  document: Schema.Struct({ _tag: Schema.String.check(Schema.isPattern(/^[A-Za-z][A-Za-z0-9]{0,63}$/)) })
})
const Versioned = Schema.Struct({ version: Schema.Literal(VERSION), document: Document })
const Json = Schema.fromJsonString(Schema.Unknown)

const decodeJson = Schema.decodeUnknownEffect(Json)
const decodeVersion = Schema.decodeUnknownEffect(Version)
const decodeTagged = Schema.decodeUnknownEffect(Tagged)
const decodeVersioned = Schema.decodeUnknownEffect(Versioned)

export const encode = (document: Document): Uint8Array =>
  new TextEncoder().encode(JSON.stringify({ version: VERSION, document }))

/** `id` is for the error. */
export const decode = Effect.fnUntraced(function*(id: string, bytes: Uint8Array) {
  const malformed = () => new DocumentRefused({ id, reason: "malformed" })
  const text = new TextDecoder().decode(bytes)
  const json = yield* Effect.mapError(decodeJson(text), malformed)
  const { version } = yield* Effect.mapError(decodeVersion(json), malformed)
  if (version > VERSION) return yield* new DocumentRefused({ id, reason: "newer" })
  const { document: { _tag: kind } } = yield* Effect.mapError(decodeTagged(json), malformed)
  if (!isKind(kind)) return { _tag: "unknown", kind, text } satisfies UnknownDocument
  const { document } = yield* Effect.mapError(decodeVersioned(json), malformed)
  return document
})
