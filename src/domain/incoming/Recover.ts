/** The header that travelled inside, signed or encrypted, put back in its place (RFC 9788 §4). */
import { type HeaderField, headerFields, isBlank, lineEnd, unfold } from "../message/Header.ts"
import { concat } from "../message/Latin1.ts"
import type { Part } from "../message/MessageStructure.ts"
import type { DifferingField } from "./Verdict.ts"

const LF = 10
const CRLF = Uint8Array.of(13, LF)
const encoder = new TextEncoder()

/** As forged fields are renamed. */
export const RENAMED = encoder.encode("X-Original-")

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
  "autocrypt",
  "autocrypt-gossip"
])

const isRecovered = (field: HeaderField): boolean => !isStructural(field) && !NOT_RECOVERED.has(field.name)

/** What programs put outside in the place of a hidden subject (RFC 9788 §3.2.2 and the drafts before). */
const HIDDEN_SUBJECTS: ReadonlySet<string> = new Set(["[...]", "...", "encrypted message", "re: [...]", "re: ..."])

export const messageBody = (entity: Uint8Array, fields: ReadonlyArray<HeaderField>): Uint8Array => {
  const end = fields.at(-1)?.end ?? 0
  const next = lineEnd(entity, end, entity.length)
  return entity.subarray(isBlank(entity, end, next) ? next : end)
}

/** A header block that ends without a line break is given one: nothing may run into its last field. */
export const slices = (bytes: Uint8Array, fields: ReadonlyArray<HeaderField>): ReadonlyArray<Uint8Array> =>
  fields.flatMap(({ end, start }) =>
    bytes[end - 1] === LF ? [bytes.subarray(start, end)] : [bytes.subarray(start, end), CRLF]
  )

const valuesOf = (bytes: Uint8Array, fields: ReadonlyArray<HeaderField>, wanted: string): string | null => {
  const values = fields.filter(({ name }) => name === wanted).map((field) => unfold(bytes, field))
  return values.length === 0 ? null : values.join("\n").replaceAll(/[ \t]+/g, " ")
}

/** What the sender says it wrote outside (RFC 9788 §2.2.1), by name; undefined where it says nothing of that. */
const saidOuter = (
  inner: Uint8Array,
  fields: ReadonlyArray<HeaderField>
): ReadonlyMap<string, string> | undefined => {
  const said = new Map<string, string>()
  for (const field of fields) {
    if (field.name !== "hp-outer") continue
    const value = unfold(inner, field).replaceAll(/[ \t]+/g, " ")
    const colon = value.indexOf(":")
    const name = value.slice(0, Math.max(colon, 0)).toLowerCase()
    const known = said.get(name)
    const one = value.slice(colon + 1).trim()
    said.set(name, known === undefined ? one : `${known}\n${one}`)
  }
  return said.size === 0 ? undefined : said
}

/** Fields of which neither the sender's own hiding nor a relay's refolding explains that they differ. */
const differing = (
  outer: Uint8Array,
  outerFields: ReadonlyArray<HeaderField>,
  inner: Uint8Array,
  innerFields: ReadonlyArray<HeaderField>
): ReadonlyArray<DifferingField> => {
  const said = saidOuter(inner, innerFields)
  const names = new Set(
    innerFields.filter((field) => isRecovered(field) || field.name === "from").map((one) => one.name)
  )
  return Array.from(names).flatMap((name) => {
    const [there, here] = [valuesOf(outer, outerFields, name), valuesOf(inner, innerFields, name)]
    if (there === null || there === here || there === said?.get(name)) return []
    if (said === undefined && name === "subject" && HIDDEN_SUBJECTS.has(there.toLowerCase())) return []
    return [{ name, outer: there, inner: here }]
  })
}

export interface Recovered {
  readonly bytes: Uint8Array
  readonly differing: ReadonlyArray<DifferingField>
}

/** The outer fields of these names, renamed. `From` stands there anyway. */
const keptAside = (
  outer: Uint8Array,
  fields: ReadonlyArray<HeaderField>,
  differing: ReadonlyArray<DifferingField>
): ReadonlyArray<Uint8Array> =>
  fields.filter((field) => field.name !== "from" && differing.some(({ name }) => name === field.name))
    .flatMap((field) => [RENAMED, ...slices(outer, [field])])

/** The outer message with what was inside as its content. */
export const unwrapped = (outer: Uint8Array, inner: Uint8Array, isProtected: boolean): Recovered => {
  const innerFields = headerFields(inner, 0, inner.length)
  const outerFields = headerFields(outer, 0, outer.length)
  const recovered = isProtected ? innerFields.filter(isRecovered) : []
  const names = new Set(recovered.map(({ name }) => name))
  const kept = outerFields.filter((field) => !isStructural(field) && !names.has(field.name))
  const structural = innerFields.filter(isStructural)
  const mimeVersion = structural.some(({ name }) => name === "mime-version")
    ? []
    : [encoder.encode("MIME-Version: 1.0\r\n")]
  const differs = isProtected ? differing(outer, outerFields, inner, innerFields) : []
  const bytes = concat([
    ...slices(outer, kept),
    ...slices(inner, recovered),
    ...keptAside(outer, outerFields, differs),
    ...mimeVersion,
    ...slices(inner, structural),
    CRLF,
    messageBody(inner, innerFields)
  ])
  return { bytes, differing: differs }
}

/** The outer message, its fields replaced by the signed ones where they say something else; the body is untouched. */
export const restored = (outer: Uint8Array, inner: Uint8Array): Recovered => {
  const innerFields = headerFields(inner, 0, inner.length)
  const outerFields = headerFields(outer, 0, outer.length)
  const signed = innerFields.filter(isRecovered)
  const changed = new Set(
    signed.map(({ name }) => name).filter((name) =>
      valuesOf(outer, outerFields, name) !== valuesOf(inner, signed, name)
    )
  )
  const differs = differing(outer, outerFields, inner, innerFields)
  if (changed.size === 0) return { bytes: outer, differing: differs }
  const bytes = concat([
    ...slices(outer, outerFields.filter(({ name }) => !changed.has(name))),
    ...slices(inner, signed.filter(({ name }) => changed.has(name))),
    ...keptAside(outer, outerFields, differs),
    CRLF,
    messageBody(outer, outerFields)
  ])
  return { bytes, differing: differs }
}
