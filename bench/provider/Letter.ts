/** What comes: the same letter of 20 KB, as another server hands it over. */
import { randomBytes } from "node:crypto"

export const DOMAIN = "bench.test"
export const OCTETS = 20_000

/** Text of which hardly anything compresses, its lines as mail has them. */
const body = (octets: number): string => {
  const lines: Array<string> = []
  for (let size = 0; size < octets; size += 78) lines.push(randomBytes(57).toString("base64"))
  return `${lines.join("\r\n")}\r\n`
}

const HEADER = `From: Friend <friend@elsewhere.test>\r\nTo: user0@${DOMAIN}\r\nSubject: a letter of 20 KB\r\n` +
  "Date: Wed, 25 Nov 2026 05:00:00 +0000\r\nMessage-ID: <1@elsewhere.test>\r\nMIME-Version: 1.0\r\n" +
  "Content-Type: text/plain; charset=us-ascii\r\n\r\n"

export const make = (): string => HEADER + body(OCTETS - HEADER.length)
