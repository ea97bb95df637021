/** OpenPGP in MIME (RFC 3156) with the header protected too (RFC 9788): the octets that are signed, and what goes round them. */
import { canonicalize } from "../message/Canonical.ts"
import { compose, toCrlf } from "../message/Compose.ts"
import { type HeaderField, headerFields, isBlank, lineEnd, unfold } from "../message/Header.ts"
import { formatField } from "../message/HeaderText.ts"
import { concat, latin1 } from "../message/Latin1.ts"

/** RFC 9788 §3.2.2: what stands outside instead of the subject. */
const HIDDEN_SUBJECT = "[...]"

/** RFC 9788 §2.1.1: `clear` where the header outside says the same, `cipher` where it hides something. */
export type Protection = "clear" | "cipher"

const encoder = new TextEncoder()

const isStructural = ({ name }: HeaderField): boolean => name.startsWith("content-") || name === "mime-version"

const bodyStart = (bytes: Uint8Array, fields: ReadonlyArray<HeaderField>): number => {
  const end = fields.at(-1)?.end ?? 0
  const next = lineEnd(bytes, end, bytes.length)
  return isBlank(bytes, end, next) ? next : end
}

const writtenName = (bytes: Uint8Array, field: HeaderField): string =>
  latin1(bytes, field.start, field.start + field.name.length)

/** What a stranger sees of a field where the rest is encrypted; undefined: nothing (RFC 9788 §3.2.2, hcp_baseline). */
const outerValue = (bytes: Uint8Array, field: HeaderField): string | undefined => {
  switch (field.name) {
    case "subject":
      return HIDDEN_SUBJECT
    case "comments":
    case "keywords":
      return undefined
    default:
      return unfold(bytes, field)
  }
}

const contentType = (bytes: Uint8Array, fields: ReadonlyArray<HeaderField>, protection: Protection): string => {
  const field = fields.find(({ name }) => name === "content-type")
  const value = field === undefined ? "text/plain; charset=us-ascii" : unfold(bytes, field).replace(/[;\s]+$/, "")
  return formatField("Content-Type", `${value}; hp="${protection}"`)
}

/** The entity to sign or encrypt, with what it tells of other recipients' keys: the message's own header and body, in the form that no relay changes. */
export const payload = (bytes: Uint8Array, protection: Protection, gossip: ReadonlyArray<string> = []): Uint8Array => {
  const fields = headerFields(bytes, 0, bytes.length)
  const own = fields.filter((field) => !isStructural(field) && field.name !== "autocrypt")
  const outer = protection === "clear"
    ? []
    // RFC 9788 §2.2.1: so that a reader knows what a stranger could see.
    : own.flatMap((field) => {
      const value = outerValue(bytes, field)
      return value === undefined ? [] : formatField("HP-Outer", `${writtenName(bytes, field)}: ${value}`)
    })
  return canonicalize(concat([
    ...own.map((field) => toCrlf(bytes.subarray(field.start, field.end))),
    encoder.encode(outer.join("")),
    encoder.encode(gossip.map((value) => formatField("Autocrypt-Gossip", value)).join("")),
    encoder.encode(contentType(bytes, fields, protection)),
    ...fields.filter((field) => isStructural(field) && field.name !== "content-type" && field.name !== "mime-version")
      .map((field) => toCrlf(bytes.subarray(field.start, field.end))),
    encoder.encode("\r\n"),
    bytes.subarray(bodyStart(bytes, fields))
  ]))
}

const outerHeader = (bytes: Uint8Array, protection: Protection): ReadonlyArray<Uint8Array> => {
  const fields = headerFields(bytes, 0, bytes.length).filter((field) => !isStructural(field))
  const written = fields.flatMap((field) => {
    if (protection === "clear") return toCrlf(bytes.subarray(field.start, field.end))
    const value = outerValue(bytes, field)
    if (value === undefined) return []
    return value === HIDDEN_SUBJECT
      ? encoder.encode(formatField("Subject", value))
      : toCrlf(bytes.subarray(field.start, field.end))
  })
  return [...written, encoder.encode("MIME-Version: 1.0\r\n")]
}

/** RFC 3156 §5. `signature` is armored, over exactly `signed`. */
export const signedMessage = (bytes: Uint8Array, signed: Uint8Array, signature: string): Uint8Array =>
  concat([
    ...outerHeader(bytes, "clear"),
    compose({
      headers: [],
      body: {
        _tag: "Multipart",
        subtype: "signed",
        parameters: [
          { name: "micalg", value: "pgp-sha512" },
          { name: "protocol", value: "application/pgp-signature" }
        ],
        parts: [signed, {
          headers: [
            ["Content-Type", "application/pgp-signature; name=\"signature.asc\""],
            ["Content-Description", "OpenPGP digital signature"]
          ],
          body: { _tag: "Raw", bytes: toCrlf(encoder.encode(signature)) }
        }]
      }
    })
  ])

/** Of the armor's checksum and length: `=_` occurs in no armor, so that no line of it is a delimiter (RFC 2045 §6.7). */
const boundaryFor = (armor: Uint8Array): string => {
  const tail = latin1(armor.subarray(-80)).replaceAll(/[^A-Za-z0-9]/g, "").slice(0, 24)
  return `=_leap_${tail}_${armor.length.toString(36)}`
}

/** RFC 3156 §4. `encrypted` is armored, with CRLF; copied once, since it may be large. */
export const encryptedMessage = (bytes: Uint8Array, encrypted: Uint8Array): Uint8Array => {
  const boundary = boundaryFor(encrypted)
  const type = formatField(
    "Content-Type",
    `multipart/encrypted; protocol="application/pgp-encrypted"; boundary="${boundary}"`
  )
  const before = [
    type.trimEnd(),
    "",
    `--${boundary}`,
    "Content-Type: application/pgp-encrypted",
    "Content-Description: PGP/MIME version identification",
    "",
    "Version: 1",
    "",
    `--${boundary}`,
    "Content-Type: application/octet-stream; name=\"encrypted.asc\"",
    "Content-Description: OpenPGP encrypted message",
    "Content-Disposition: inline; filename=\"encrypted.asc\"",
    "",
    ""
  ].join("\r\n")
  return concat([
    ...outerHeader(bytes, "cipher"),
    encoder.encode(before),
    encrypted,
    encoder.encode(`\r\n--${boundary}--\r\n`)
  ])
}
