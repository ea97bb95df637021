/** The Autocrypt Setup Message (Autocrypt Level 1 §4.4): one's own key on its way to one's other mail programs. */
import type { Address } from "../account/Address.ts"
import { compose } from "../message/Compose.ts"
import { formatDate } from "../message/Date.ts"
import { fromLatin1, latin1 } from "../message/Latin1.ts"
import type { Part } from "../message/MessageStructure.ts"
import { parse } from "../message/Parse.ts"
import { decodedBody } from "../message/Section.ts"

const BEGIN = "-----BEGIN PGP MESSAGE-----"
const END = "-----END PGP MESSAGE-----"

const TEXT = `This message holds your key, protected by a setup code. Open it with another mail program
that knows Autocrypt, and enter the code that was shown to you when the message was made.

Keep this message, or delete it when all your programs have the key. Who has it and the
code can read your mail.
`

export interface SetupMessage {
  readonly address: Address
  /** Armored, as OpenPGP made it. */
  readonly encrypted: string
  /** The first two digits of the code, for the person to find the right one. */
  readonly codeBegins: string
  /** Milliseconds. */
  readonly now: number
  /** With angle brackets. */
  readonly messageId: string
}

/** The armor's own header lines: nothing in them is protected. */
const withHints = (armored: string, codeBegins: string): string =>
  armored.replace(
    /^-----BEGIN PGP MESSAGE-----\r?\n(?:[^\r\n]+\r?\n)*/,
    `${BEGIN}\r\nPassphrase-Format: numeric9x4\r\nPassphrase-Begin: ${codeBegins}\r\n`
  )

const page = (armored: string): string =>
  [
    "<!DOCTYPE html>",
    "<html><head><title>Autocrypt Setup Message</title></head><body>",
    "<h1>Autocrypt Setup Message</h1>",
    "<p>This file holds a key, protected by a setup code. Open it with a mail program that knows Autocrypt.</p>",
    `<pre>${armored}</pre>`,
    "</body></html>",
    ""
  ].join("\r\n")

export const setupMessage = ({ address, codeBegins, encrypted, messageId, now }: SetupMessage): Uint8Array =>
  compose({
    headers: [
      ["From", `<${address}>`],
      ["To", `<${address}>`],
      ["Subject", "Autocrypt Setup Message"],
      ["Date", formatDate(now)],
      ["Message-ID", messageId],
      ["Autocrypt-Setup-Message", "v1"],
      ["MIME-Version", "1.0"]
    ],
    body: {
      _tag: "Multipart",
      subtype: "mixed",
      parts: [
        { headers: [], body: { _tag: "Text", text: TEXT } },
        {
          headers: [
            ["Content-Type", "application/autocrypt-setup"],
            ["Content-Disposition", "attachment; filename=\"autocrypt-setup-message.html\""]
          ],
          body: { _tag: "Raw", bytes: fromLatin1(page(withHints(encrypted.trim(), codeBegins))) }
        }
      ]
    }
  })

/** What is inside the encryption: the secret key, armored, with the wish for encrypted mail (§4.4.1). */
export const setupPayload = (armoredKey: string): Uint8Array =>
  fromLatin1(armoredKey.replace(/\r?\n/, "\r\nAutocrypt-Prefer-Encrypt: mutual\r\n"))

const find = (part: Part): Part | undefined => {
  if (part.type === "application" && part.subtype === "autocrypt-setup") return part
  for (const child of part.parts) {
    const found = find(child)
    if (found !== undefined) return found
  }
  return undefined
}

/** The armored message in it; undefined: this is no setup message. */
export const setupContent = (bytes: Uint8Array): Uint8Array | undefined => {
  const part = find(parse(bytes).root)
  const body = part === undefined ? undefined : decodedBody(part, bytes)
  if (body === undefined) return undefined
  const text = latin1(body)
  const start = text.indexOf(BEGIN)
  const end = text.indexOf(END, start)
  return start < 0 || end < 0 ? undefined : fromLatin1(`${text.slice(start, end)}${END}\r\n`)
}
