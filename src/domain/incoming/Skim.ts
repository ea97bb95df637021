/** Certificates that come with a message: in its Autocrypt fields and as application/pgp-keys. Believed least of all. */
import { Effect } from "effect"
import type { OwnKeys } from "../../ports/KeyStore.ts"
import { OpenPgp } from "../../ports/OpenPgp.ts"
import { type Address, isSame } from "../account/Address.ts"
import { type Autocrypt, parseAutocrypt } from "../keys/Autocrypt.ts"
import { bindingFor } from "../keys/Discovery.ts"
import { learn } from "../keys/Learn.ts"
import { fetchKeyUrl, noteGossip, notePeer } from "../keys/Seen.ts"
import { hasAddress } from "../keys/UserId.ts"
import { WEAK_CHAIN } from "../keys/ValidationLevel.ts"
import { headerFields, unfold } from "../message/Header.ts"
import type { EnvelopeAddress, MessageStructure, Part } from "../message/MessageStructure.ts"
import { decodedBody } from "../message/Section.ts"

/** People attach one or two. */
const MAX_KEYS = 4
const MAX_GOSSIP = 32

const isReport = ({ root }: MessageStructure): boolean => root.type === "multipart" && root.subtype === "report"

const shown = (bytes: Uint8Array, name: string) =>
  headerFields(bytes, 0, bytes.length).filter((field) => field.name === name)
    .flatMap((field) => parseAutocrypt(unfold(bytes, field)) ?? [])

/** Autocrypt Level 1 §2.3: exactly one field that is valid and for the address in From. */
const autocryptOf = (author: Address, bytes: Uint8Array): Autocrypt | undefined => {
  const [first, ...others] = shown(bytes, "autocrypt").filter(({ address }) => isSame(address, author))
  return others.length === 0 ? first : undefined
}

const attached = (root: Part, bytes: Uint8Array): ReadonlyArray<Uint8Array> => {
  const found: Array<Uint8Array> = []
  const visit = (part: Part): void => {
    if (found.length < MAX_KEYS && part.type === "application" && part.subtype === "pgp-keys") {
      const body = decodedBody(part, bytes)
      if (body !== undefined) found.push(body)
    }
    // A message inside another speaks for another author.
    part.parts.forEach(visit)
  }
  visit(root)
  return found
}

/** For one of its user ids; rubbish under that type is no more than an attachment. */
const attachedFor = Effect.fnUntraced(function*(author: Address, structure: MessageStructure, bytes: Uint8Array) {
  const pgp = yield* OpenPgp
  const found = yield* Effect.forEach(attached(structure.root, bytes), (one) =>
    Effect.gen(function*() {
      const certificate = yield* pgp.dearmor(one)
      const { userIds } = yield* pgp.inspect(certificate)
      return userIds.some((userId) => hasAddress(userId, author)) ? [certificate] : []
    }).pipe(Effect.orElseSucceed(() => [])))
  return found.flat()
})

/**
 * Of the author. The directory of their domain is believed more, and asked first. Answers whether there was something to
 * learn.
 */
export const skim = Effect.fnUntraced(
  function*(own: OwnKeys, author: Address, structure: MessageStructure, bytes: Uint8Array) {
    if (isSame(author, own.address)) return false
    const autocrypt = isReport(structure) ? undefined : autocryptOf(author, bytes)
    if (!isReport(structure)) yield* notePeer(author, autocrypt, structure.sentAt)
    const brought = autocrypt === undefined ? yield* attachedFor(author, structure, bytes) : [autocrypt.certificate]
    if (brought.length === 0) return false
    yield* bindingFor(own, author)
    const source = autocrypt === undefined ? "attached" : "mail"
    yield* Effect.forEach(
      brought,
      (certificate) => learn({ address: author, certificate, level: WEAK_CHAIN, source }),
      { discard: true }
    )
    return true
  }
)

/** The `OpenPGP:` field's URL, for signatures that nothing else explains: whoever is asked learns that mail came. */
export const followUrl = Effect.fnUntraced(function*(author: Address, bytes: Uint8Array) {
  const field = headerFields(bytes, 0, bytes.length).find(({ name }) => name === "openpgp")
  const found = field === undefined ? undefined : yield* fetchKeyUrl(unfold(bytes, field), author)
  if (found === undefined) return
  const pgp = yield* OpenPgp
  const certificate = yield* pgp.dearmor(found).pipe(Effect.orElseSucceed(() => undefined))
  if (certificate === undefined) return
  yield* learn({ address: author, certificate, level: WEAK_CHAIN, source: "header" })
})

const addressesOf = (all: ReadonlyArray<EnvelopeAddress>): ReadonlySet<string> =>
  new Set(all.map(({ host, mailbox }) => `${mailbox ?? ""}@${host ?? ""}`.toLowerCase()))

/** Keys of the other recipients, as the sender knows them (Autocrypt Level 1 §2.4): encrypted mail only. */
export const gossip = Effect.fnUntraced(
  function*(payload: Uint8Array, { envelope: { cc, to }, sentAt }: MessageStructure, own: Address) {
    const recipients = addressesOf([...to, ...cc])
    const told = shown(payload, "autocrypt-gossip").slice(0, MAX_GOSSIP)
      .filter(({ address }) => recipients.has(address.toLowerCase()) && !isSame(address, own))
    yield* Effect.forEach(
      told,
      ({ address, certificate }) => noteGossip(address, certificate, sentAt),
      { discard: true }
    )
  }
)
