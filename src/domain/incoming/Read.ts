/** One item of the queue as the message that a person gets: opened, unwrapped and annotated, or else marked. Always one. */
import { Effect } from "effect"
import { Crypto } from "../../ports/Crypto.ts"
import type { IncomingItem } from "../../ports/IncomingQueue.ts"
import type { OwnKeys } from "../../ports/KeyStore.ts"
import type { NewMessage } from "../../ports/MailStore.ts"
import { OpenPgp } from "../../ports/OpenPgp.ts"
import { domain } from "../account/Address.ts"
import { EmailId } from "../mailbox/Mailbox.ts"
import { prependHeaders } from "../message/HeaderEdit.ts"
import { renameForged } from "./Forgery.ts"
import { provenanceHeader, takeProvenance, UNKNOWN } from "./Provenance.ts"
import { undecryptable } from "./Undecryptable.ts"
import { unwrap } from "./Unwrap.ts"
import {
  ENCRYPTION_HEADER,
  encryptionHeader,
  PROVENANCE_HEADER,
  SIGNATURE_HEADER,
  signatureHeader,
  UNPROTECTED,
  type Verdict
} from "./Verdict.ts"

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")

/** Every device makes the same id of the same item, so that what two of them take is one message. */
const objectId = Effect.fnUntraced(function*(item: IncomingItem) {
  const crypto = yield* Crypto
  const digest = yield* crypto.sha256(new TextEncoder().encode(`leap-mail incoming\0${item.id}`))
  return EmailId.make(`M${hex(digest).slice(0, 40)}`)
})

/** Where the provider said nothing of the arrival, nothing good is claimed. */
const unattested = (own: OwnKeys, { arrivedAt }: IncomingItem): string =>
  provenanceHeader({
    arrivedAt,
    receivedBy: domain(own.address),
    encryptedAtArrival: false,
    ...UNKNOWN
  })

const annotated = (bytes: Uint8Array, { encryption, signature }: Verdict, provenance: string): Uint8Array =>
  prependHeaders(bytes, [
    [PROVENANCE_HEADER, provenance],
    [ENCRYPTION_HEADER, encryptionHeader(encryption)],
    [SIGNATURE_HEADER, signatureHeader(signature)]
  ])

const failed = (reason: string): Verdict => ({ ...UNPROTECTED, encryption: { _tag: "Failed", reason } })

/** A fault of this program itself, on one message. */
const orMarked = <A>(marked: (reason: string) => A) =>
  Effect.catchDefect((defect) =>
    Effect.as(
      Effect.logError("A message could not be read; it is delivered marked", defect),
      marked("leap-mail failed on this message")
    )
  )

type Read = Pick<NewMessage, "bytes" | "protection">

/** What there is of a message: encrypted, then as it arrived. A large one is not kept twice. */
export interface Held {
  bytes: Uint8Array
}

const opened = Effect.fnUntraced(function*(own: OwnKeys, item: IncomingItem, held: Held) {
  const pgp = yield* OpenPgp
  const { data } = yield* pgp.decrypt({ data: held.bytes, secretKeys: own.secretKeys, verifyWith: [] })
  const { bytes: arrived, provenance = unattested(own, item) } = takeProvenance(data)
  held.bytes = arrived
  const { bytes, verdict } = yield* unwrap(own, arrived).pipe(
    orMarked((reason) => ({ bytes: arrived, verdict: failed(reason) }))
  )
  const shown = renameForged(bytes)
  const original = shown === arrived ? {} : { original: arrived }
  const message: Read = { bytes: annotated(shown, verdict, provenance), protection: { verdict, ...original } }
  return message
})

/** Fails only where the stores do: whatever is in the item, a message comes of it. */
export const read = Effect.fn("Read.read")(function*(own: OwnKeys, item: IncomingItem, held: Held) {
  const emailId = yield* objectId(item)
  const marked = (reason: string): Read => {
    const verdict = failed(reason)
    const bytes = undecryptable({
      to: own.address,
      arrivedAt: item.arrivedAt,
      messageId: `<${emailId}.undecryptable@${domain(own.address)}>`,
      encrypted: held.bytes
    })
    return { bytes: annotated(bytes, verdict, unattested(own, item)), protection: { verdict } }
  }
  const message = yield* opened(own, item, held).pipe(
    Effect.catchTag("OpenPgpError", ({ reason }) => Effect.succeed(marked(reason))),
    orMarked(marked)
  )
  const taken: NewMessage = { ...message, flags: [], internalDate: item.arrivedAt, emailId }
  return taken
})
