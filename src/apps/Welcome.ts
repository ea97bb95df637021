/** The first message in a newcomer's mailbox. */
import type { Address } from "../domain/account/Address.ts"
import { compose } from "../domain/message/Compose.ts"
import { formatDate } from "../domain/message/Date.ts"

const TEXT = `Welcome to leap-mail.

This message came the way all your mail comes: the provider took it at its front
door, encrypted it to your key in memory, and forgot the text. Your own machine
fetched it, decrypted it, and put it into a store that only your password opens.

Look at its header fields: X-Leap-Provenance says how it arrived,
X-Leap-Encryption and X-Leap-Signature say what was found out about it.

Two things to try:

- Write to bob@leap.test. His key is in the provider's directory, so the message
  is signed and encrypted before it leaves this machine. Read it as bob.
- Write to someone@elsewhere.test. There is no key for that address, so the
  message is signed only. Without LEAP_MAIL_SMARTHOST it waits.

The README tells where the data lies and how to connect your mail program.
`

/** `now` in milliseconds. */
export const welcome = (to: Address, now: number): Uint8Array =>
  compose({
    headers: [
      ["From", "leap-mail <welcome@leap.test>"],
      ["To", `<${to}>`],
      ["Subject", "Welcome to leap-mail"],
      ["Date", formatDate(now)],
      ["Message-ID", `<welcome.${now}@leap.test>`],
      ["MIME-Version", "1.0"]
    ],
    body: { _tag: "Text", text: TEXT }
  })
