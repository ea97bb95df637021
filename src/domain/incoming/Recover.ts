/** The header that travelled inside, signed or encrypted, put back in its place (RFC 9788 §4). */
import { type HeaderField, headerFields, isBlank, lineEnd, unfold } from "../message/Header.ts"
import { concat } from "../message/Latin1.ts"
import type { Part } from "../message/MessageStructure.ts"

const LF = 10
const CRLF = Uint8Array.of(13, LF)

/** `hp` is RFC 9788's, `protected-headers` that of the draft before it, which Thunderbird writes. */
export const protectsHeader = ({ parameters }: Part): boolean =>
  parameters.some(({ name, value }) =>
    (name === "hp" && (value === "cipher" || value === "clear")) || (name === "protected-headers" && value === "v1")
  )

const isStructural = ({ name }: HeaderField): boolean => name.startsWith("content-") || name === "mime-version"

/** `From` stays what everybody could see: a signature is judged by it. What servers wrote no sender may replace. */
const NOT_RECOVERED: ReadonlySet<string> = new Set([
  "from",
  "hp-outer",
  "received",
  "return-path",
  "delivered-to",
  "authentication-results",
  "dkim-signature",
  "autocrypt"
])

const isRecovered = (field: HeaderField): boolean => !isStructural(field) && !NOT_RECOVERED.has(field.name)

const body = (entity: Uint8Array, fields: ReadonlyArray<HeaderField>): Uint8Array => {
  const end = fields.at(-1)?.end ?? 0
  const next = lineEnd(entity, end, entity.length)
  return entity.subarray(isBlank(entity, end, next) ? next : end)
}

/** A header block that ends without a line break is given one: nothing may run into its last field. */
const slices = (bytes: Uint8Array, fields: ReadonlyArray<HeaderField>): ReadonlyArray<Uint8Array> =>
  fields.flatMap(({ end, start }) =>
    bytes[end - 1] === LF ? [bytes.subarray(start, end)] : [bytes.subarray(start, end), CRLF]
  )

/** The outer message with what was inside as its content. */
export const unwrapped = (outer: Uint8Array, inner: Uint8Array, isProtected: boolean): Uint8Array => {
  const innerFields = headerFields(inner, 0, inner.length)
  const recovered = isProtected ? innerFields.filter(isRecovered) : []
  const names = new Set(recovered.map(({ name }) => name))
  const kept = headerFields(outer, 0, outer.length).filter((field) => !isStructural(field) && !names.has(field.name))
  const structural = innerFields.filter(isStructural)
  const mimeVersion = structural.some(({ name }) => name === "mime-version")
    ? []
    : [new TextEncoder().encode("MIME-Version: 1.0\r\n")]
  return concat([
    ...slices(outer, kept),
    ...slices(inner, recovered),
    ...mimeVersion,
    ...slices(inner, structural),
    CRLF,
    body(inner, innerFields)
  ])
}

/** The outer message, its fields replaced by the signed ones where they say something else; the body is untouched. */
export const restored = (outer: Uint8Array, inner: Uint8Array): Uint8Array => {
  const signed = headerFields(inner, 0, inner.length).filter(isRecovered)
  const outerFields = headerFields(outer, 0, outer.length)
  const valuesOf = (bytes: Uint8Array, fields: ReadonlyArray<HeaderField>, wanted: string): string =>
    JSON.stringify(fields.filter(({ name }) => name === wanted).map((field) => unfold(bytes, field)))
  const differing = new Set(
    signed.map(({ name }) => name).filter((name) =>
      valuesOf(outer, outerFields, name) !== valuesOf(inner, signed, name)
    )
  )
  if (differing.size === 0) return outer
  return concat([
    ...slices(outer, outerFields.filter(({ name }) => !differing.has(name))),
    ...slices(inner, signed.filter(({ name }) => differing.has(name))),
    CRLF,
    body(outer, outerFields)
  ])
}
