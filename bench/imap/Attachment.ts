/** Attachments: bytes that do not compress, in base64 lines. The same number is the same attachment. */
import * as Random from "./Random.ts"

const LINE = 57

export interface Attachment {
  readonly name: string
  readonly type: string
  /** Lines of 76 characters, each with CRLF. */
  readonly base64: string
}

export const make = (number: number, octets: number, kind: "image" | "document"): Attachment => {
  const random = Random.make(0x5eed_0000 + number)
  const words = new Uint32Array(Math.ceil(octets / 4))
  for (let at = 0; at < words.length; at++) words[at] = Math.floor(random.next() * 0x1_0000_0000)
  const bytes = Buffer.from(words.buffer, 0, octets)
  const lines: Array<string> = []
  for (let at = 0; at < octets; at += LINE) lines.push(bytes.toString("base64", at, Math.min(at + LINE, octets)))
  return {
    name: kind === "image" ? `logo-${number}.png` : `document-${number}.pdf`,
    type: kind === "image" ? "image/png" : "application/pdf",
    base64: `${lines.join("\r\n")}\r\n`
  }
}
