/** Certificates that were shown and not taken are told to the person once, in the account's own mailbox. */
import { Clock, Effect } from "effect"
import { KeyStore } from "../../ports/KeyStore.ts"
import { MailStore } from "../../ports/MailStore.ts"
import { type Address, domain } from "../account/Address.ts"
import { INBOX } from "../mailbox/Mailbox.ts"
import { compose } from "../message/Compose.ts"
import { formatDate } from "../message/Date.ts"
import type { Binding } from "./Binding.ts"
import type { Candidate } from "./Candidate.ts"
import { levelName } from "./ValidationLevel.ts"

/** In groups of four, as people compare it. */
const spaced = (fingerprint: string): string => fingerprint.replaceAll(/(.{4})(?=.)/g, "$1 ")

const SOURCES: Readonly<Record<Binding["source"], string>> = {
  own: "this account",
  mail: "a message",
  attached: "an attachment",
  header: "a link in a message",
  provider: "the provider's directory",
  wkd: "the directory of their domain",
  vks: "a key server",
  hkps: "a key server that verifies nothing",
  person: "you"
}

const keyLines = (title: string, { fingerprint, level, source }: Binding): ReadonlyArray<string> => [
  `${title}:`,
  `  ${spaced(fingerprint)}`,
  `  shown by ${SOURCES[source]}, level ${levelName(level)}`,
  ""
]

/** `now` in milliseconds. One message for each address; the same on every device that tells of the same. */
export const notice = (own: Address, bound: Binding, candidate: Candidate): Uint8Array =>
  compose({
    headers: [
      ["From", `leap-mail <postmaster@${domain(own)}>`],
      ["To", `<${own}>`],
      ["Subject", `Another key was shown for ${candidate.address}`],
      ["Date", formatDate(candidate.seenAt)],
      ["Message-ID", `<key.${candidate.fingerprint.toLowerCase()}.${candidate.level}@${domain(own)}>`],
      ["Auto-Submitted", "auto-generated"],
      ["MIME-Version", "1.0"]
    ],
    body: {
      _tag: "Text",
      text: [
        `Another key than the one you use was shown for ${candidate.address}. It is not taken: mail to this`,
        "address is still encrypted to the key that was there before.",
        "",
        ...keyLines("The key in use", bound),
        ...keyLines("The other one", candidate),
        "Perhaps they have a new device or a new key; perhaps somebody wants to read your mail. Ask them, not by",
        "mail, to read you the fingerprint of their key, and compare it with the two above.",
        ""
      ].join("\n")
    }
  })

/** First told, then remembered: a crash between the two tells twice rather than never. */
export const announce = Effect.fn("Changes.announce")(function*() {
  const keys = yield* KeyStore
  const mail = yield* MailStore
  const own = yield* keys.own
  if (own === undefined) return
  for (const candidate of yield* keys.candidates()) {
    if (candidate.told || candidate.state !== "pending" || candidate.reason !== "bound") continue
    const bound = yield* keys.binding(candidate.address)
    if (bound === undefined) continue
    const inbox = yield* mail.mailbox(INBOX)
    const now = yield* Clock.currentTimeMillis
    const bytes = notice(own.address, bound, candidate)
    yield* mail.append(inbox.id, [{ bytes, flags: [], internalDate: now }])
    yield* keys.putCandidate({ ...candidate, told: true })
  }
})
