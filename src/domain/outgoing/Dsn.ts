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
  /** `delayed`: it is tried again. `failed`: it is given up. */
  readonly action: "delayed" | "failed"
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

/** The enhanced code in the reply, else the code for any failure of its class (RFC 3463, RFC 3464 §2.3.4). */
const statusOf = (action: Notification["action"], reason: string): string =>
  action === "delayed"
    ? /\b4\.\d{1,3}\.\d{1,3}\b/.exec(reason)?.[0] ?? "4.0.0"
    : /\b5\.\d{1,3}\.\d{1,3}\b/.exec(reason)?.[0] ?? "5.0.0"

const WORDS = {
  failed: {
    subject: "Your message could not be delivered",
    first: "Your message could not be delivered to:",
    last: "It will not be tried again. Its header is attached."
  },
  delayed: {
    subject: "Your message is delayed",
    first: "Your message has not been delivered yet to:",
    last: "You need not do anything: it is tried again, for five days in all. Its header is attached."
  }
} as const

const line = (text: string): string => text.replaceAll(/[^ -~]+/g, " ").slice(0, 400)

const explanation = ({ action, undelivered }: Notification): string =>
  [
    WORDS[action].first,
    "",
    ...undelivered.flatMap(({ reason, to }) => [`  ${to}`, `    ${line(reason)}`]),
    "",
    WORDS[action].last,
    ""
  ].join("\n")

const report = ({ action, reportedBy, undelivered }: Notification): string =>
  [
    [`Reporting-MTA: dns; ${reportedBy}`],
    ...undelivered.map(({ reason, to }) => [
      `Final-Recipient: rfc822; ${line(to)}`,
      `Action: ${action}`,
      `Status: ${statusOf(action, reason)}`,
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
      ["Subject", WORDS[of.action].subject],
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
        { headers: [], body: { _tag: "Text", text: explanation(of) } },
        {
          headers: [["Content-Type", "message/delivery-status"]],
          body: { _tag: "Raw", bytes: new TextEncoder().encode(report(of)) }
        },
        { headers: [["Content-Type", "text/rfc822-headers"]], body: { _tag: "Raw", bytes: headerOf(of.original) } }
      ]
    }
  })
