/** Delivery status notifications (RFC 3464): what a sender is told of a message that did not get through. */
import { compose } from "../message/Compose.ts"
import { formatDate } from "../message/Date.ts"
import { headerFields } from "../message/Header.ts"

/** Of the original, only so much of the header comes back. */
const MAX_RETURNED = 64 * 1024

export interface Undelivered {
  readonly to: string
  /** The next hop's words, or ours. */
  readonly reason: string
}

export interface Notification {
  /** The sender of the message. */
  readonly to: string
  /** Who reports. */
  readonly reportedBy: string
  readonly undelivered: ReadonlyArray<Undelivered>
  readonly original: Uint8Array
  /** Milliseconds. */
  readonly now: number
  /** With angle brackets. */
  readonly messageId: string
}

/** The enhanced code in the reply, else the code for any permanent failure (RFC 3463). */
const statusOf = (reason: string): string => /\b5\.\d{1,3}\.\d{1,3}\b/.exec(reason)?.[0] ?? "5.0.0"

const line = (text: string): string => text.replaceAll(/[^ -~]+/g, " ").slice(0, 400)

const explanation = (undelivered: ReadonlyArray<Undelivered>): string =>
  [
    "Your message could not be delivered to:",
    "",
    ...undelivered.flatMap(({ reason, to }) => [`  ${to}`, `    ${line(reason)}`]),
    "",
    "It will not be tried again. Its header is attached.",
    ""
  ].join("\n")

const report = ({ reportedBy, undelivered }: Notification): string =>
  [
    [`Reporting-MTA: dns; ${reportedBy}`],
    ...undelivered.map(({ reason, to }) => [
      `Final-Recipient: rfc822; ${line(to)}`,
      "Action: failed",
      `Status: ${statusOf(reason)}`,
      `Diagnostic-Code: smtp; ${line(reason)}`
    ])
  ].map((group) => `${group.join("\r\n")}\r\n`).join("\r\n")

const headerOf = (bytes: Uint8Array): Uint8Array => {
  const end = headerFields(bytes, 0, Math.min(bytes.length, MAX_RETURNED)).at(-1)?.end ?? 0
  return bytes.subarray(0, end)
}

export const notification = (of: Notification): Uint8Array =>
  compose({
    headers: [
      ["From", `Mail delivery <postmaster@${of.reportedBy}>`],
      ["To", `<${of.to}>`],
      ["Subject", "Your message could not be delivered"],
      ["Date", formatDate(of.now)],
      ["Message-ID", of.messageId],
      ["Auto-Submitted", "auto-replied"],
      ["MIME-Version", "1.0"]
    ],
    body: {
      _tag: "Multipart",
      subtype: "report",
      parameters: [{ name: "report-type", value: "delivery-status" }],
      parts: [
        { headers: [], body: { _tag: "Text", text: explanation(of.undelivered) } },
        {
          headers: [["Content-Type", "message/delivery-status"]],
          body: { _tag: "Raw", bytes: new TextEncoder().encode(report(of)) }
        },
        { headers: [["Content-Type", "text/rfc822-headers"]], body: { _tag: "Raw", bytes: headerOf(of.original) } }
      ]
    }
  })
