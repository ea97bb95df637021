/** What a person gets instead of a message that does not open: the reason, and the octets to try again with. */
import type { Address } from "../account/Address.ts"
import { domain } from "../account/Address.ts"
import { compose } from "../message/Compose.ts"
import { formatDate } from "../message/Date.ts"

const TEXT = `A message arrived for you that does not open with the keys of this device.

It is attached as it came, encrypted by your provider. A device that has the key
it was encrypted to can open it, and so can gpg with that key.
`

export interface Undecryptable {
  readonly to: Address
  /** Milliseconds. */
  readonly arrivedAt: number
  /** With angle brackets; the same on every device. */
  readonly messageId: string
  readonly encrypted: Uint8Array
}

export const undecryptable = ({ arrivedAt, encrypted, messageId, to }: Undecryptable): Uint8Array =>
  compose({
    headers: [
      ["From", `leap-mail <postmaster@${domain(to)}>`],
      ["To", `<${to}>`],
      ["Subject", "A message that does not open"],
      ["Date", formatDate(arrivedAt)],
      ["Message-ID", messageId],
      ["Auto-Submitted", "auto-generated"],
      ["MIME-Version", "1.0"]
    ],
    body: {
      _tag: "Multipart",
      subtype: "mixed",
      parts: [
        { headers: [], body: { _tag: "Text", text: TEXT } },
        {
          headers: [["Content-Disposition", "attachment; filename=\"message.pgp\""]],
          body: { _tag: "Binary", type: "application/octet-stream", bytes: encrypted }
        }
      ]
    }
  })
