/** Certificates that come with a message: in its Autocrypt fields and as application/pgp-keys. Believed least of all. */
import { Effect } from "effect"
import type { OwnKeys } from "../../ports/KeyStore.ts"
import { OpenPgp } from "../../ports/OpenPgp.ts"
import { type Address, canonical, isSame } from "../account/Address.ts"
import { parseAutocrypt } from "../keys/Autocrypt.ts"
import { bindingFor, learn } from "../keys/Discovery.ts"
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

/** Autocrypt Level 1 §2.3: exactly one field that is valid and for the address in From; none of a report. */
const autocryptOf = (
  structure: MessageStructure,
  author: Address,
  bytes: Uint8Array
): Uint8Array | undefined => {
  if (isReport(structure)) return undefined
  const [first, ...others] = shown(bytes, "autocrypt").filter(({ address }) => isSame(address, author))
  return others.length === 0 ? first?.certificate : undefined
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

const EMAIL = /<([^<>]+)>\s*$/

const isFor = (userId: string, address: Address): boolean =>
  (EMAIL.exec(userId)?.[1] ?? userId).trim().toLowerCase() === address.toLowerCase()

/** For one of its user ids; rubbish under that type is no more than an attachment. */
const attachedFor = Effect.fnUntraced(function*(author: Address, structure: MessageStructure, bytes: Uint8Array) {
  const pgp = yield* OpenPgp
  const found = yield* Effect.forEach(attached(structure.root, bytes), (one) =>
    Effect.gen(function*() {
      const certificate = yield* pgp.dearmor(one)
      const { userIds } = yield* pgp.inspect(certificate)
      return userIds.some((userId) => isFor(userId, author)) ? [certificate] : []
    }).pipe(Effect.orElseSucceed(() => [])))
  return found.flat()
})

/** Of the author. The directory of their domain is believed more, and asked first. */
export const skim = Effect.fnUntraced(
  function*(own: OwnKeys, author: Address, structure: MessageStructure, bytes: Uint8Array) {
    const autocrypt = autocryptOf(structure, author, bytes)
    const brought = autocrypt === undefined ? yield* attachedFor(author, structure, bytes) : [autocrypt]
    if (brought.length === 0 || isSame(author, own.address)) return
    yield* bindingFor(own, author)
    const address = canonical(author)
    yield* Effect.forEach(
      brought,
      (certificate) => learn({ address, certificate, level: WEAK_CHAIN, source: "mail" }),
      { discard: true }
    )
  }
)

const addressesOf = (all: ReadonlyArray<EnvelopeAddress>): ReadonlySet<string> =>
  new Set(all.map(({ host, mailbox }) => `${mailbox ?? ""}@${host ?? ""}`.toLowerCase()))

/** Keys of the other recipients, as the sender knows them (Autocrypt Level 1 §2.4): encrypted mail only. */
export const gossip = Effect.fnUntraced(
  function*(payload: Uint8Array, { envelope: { cc, to } }: MessageStructure, own: Address) {
    const recipients = addressesOf([...to, ...cc])
    const told = shown(payload, "autocrypt-gossip").slice(0, MAX_GOSSIP)
      .filter(({ address }) => recipients.has(address.toLowerCase()) && !isSame(address, own))
    yield* Effect.forEach(
      told,
      ({ address, certificate }) =>
        learn({ address: canonical(address), certificate, level: WEAK_CHAIN, source: "mail" }),
      { discard: true }
    )
  }
)
