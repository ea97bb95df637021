/**
 * The replicated documents (design, section 6). Each carries its natural key; nothing is ever taken out of the provider's
 * hands by a bare tombstone, which the provider could forge: what is gone is a sealed document that says so.
 */
import { Schema } from "effect"
import { Address } from "../account/Address.ts"
import { Verdict } from "../incoming/Verdict.ts"
import { BINDING_SOURCES } from "../keys/BindingSource.ts"
import { ValidationLevel } from "../keys/ValidationLevel.ts"
import { EmailId, MailboxId, parseName, SpecialUse } from "../mailbox/Mailbox.ts"
import { SendPolicy } from "../outgoing/SendPolicy.ts"
import { FlagSet } from "./FlagSet.ts"
import { DeviceId, Hlc } from "./Hlc.ts"
import { MAX_HOLES } from "./Outline.ts"
import { Register } from "./Register.ts"

const MAX_KEY_CHARACTERS = 4 * 1024 * 1024

const Base64Url = Schema.String.check(Schema.isPattern(/^[A-Za-z0-9_-]*$/), Schema.isMaxLength(MAX_KEY_CHARACTERS))
const Milliseconds = Schema.Int
const Name = Schema.String.check(
  Schema.makeFilter((text) => {
    const parsed = parseName(text)
    return "refused" in parsed ? parsed.refused : parsed.name === text || "it is not in canonical form"
  })
)

/** A mailbox made twice under one name is one: `mergedInto` says which it became, for good. */
export const MailboxDocument = Schema.TaggedStruct("mailbox", {
  id: MailboxId,
  name: Register(Name),
  specialUse: Register(Schema.NullOr(SpecialUse)),
  subscribed: Register(Schema.Boolean),
  exists: Register(Schema.Boolean),
  mergedInto: Schema.NullOr(MailboxId)
}).check(
  // The lesser id stays, so that no chain of them comes back to where it began.
  Schema.makeFilter(({ id, mergedInto }) => mergedInto === null || mergedInto < id || "it is merged into a later one")
)
export type MailboxDocument = typeof MailboxDocument.Type

/** Contents that travel by themselves: holes in the message's outline, and the blobs that fill them. */
const MessageContents = Schema.Array(Schema.Struct({
  offset: Schema.Natural,
  length: Schema.Natural,
  lines: Schema.Natural,
  blob: Base64Url.check(Schema.isMaxLength(64))
})).check(Schema.isMinLength(1), Schema.isMaxLength(MAX_HOLES))
export type MessageContents = typeof MessageContents.Type

/**
 * Immutable but for whether any device still needs it. Its bytes are a sealed content, named by the email id; where it
 * has contents, the bytes around those.
 */
export const MessageDocument = Schema.TaggedStruct("message", {
  email: EmailId,
  size: Schema.Natural,
  contents: Schema.optionalKey(MessageContents),
  /** Of a message that came in, as the device that opened it judged it; null: nobody protected it. */
  verdict: Schema.optionalKey(Schema.NullOr(Verdict)),
  /** Octets of it as it came, a blob of its own, where it was changed to be read. */
  original: Schema.optionalKey(Schema.Natural),
  exists: Register(Schema.Boolean)
})
export type MessageDocument = typeof MessageDocument.Type

/** `ordinal` tells apart placements of one message in one mailbox, at one time or one after another. */
export const PlacementDocument = Schema.TaggedStruct("placement", {
  mailbox: MailboxId,
  email: EmailId,
  ordinal: Schema.Natural,
  internalDate: Milliseconds,
  flags: FlagSet,
  /** Once true, always true. */
  deleted: Schema.Boolean
})
export type PlacementDocument = typeof PlacementDocument.Type

const Fingerprint = Schema.String.check(Schema.isPattern(/^[0-9A-F]{16,128}$/))

const ShownCertificate = Schema.Struct({
  certificate: Base64Url,
  fingerprint: Fingerprint,
  level: ValidationLevel,
  source: Schema.Literals(BINDING_SOURCES),
  seenAt: Milliseconds
})

/** Which certificate an address uses. The fingerprints are of those that were used with it, sorted, each once. */
export const BindingDocument = Schema.TaggedStruct("binding", {
  address: Address,
  binding: Register(ShownCertificate),
  encryptedTo: Schema.optionalKey(Schema.Array(Fingerprint)),
  verifiedWith: Schema.optionalKey(Schema.Array(Fingerprint))
})
export type BindingDocument = typeof BindingDocument.Type

/** A certificate that was shown for an address and is not taken; null: there is nothing left to decide. */
export const CandidateDocument = Schema.TaggedStruct("candidate", {
  address: Address,
  fingerprint: Fingerprint,
  shown: Register(Schema.NullOr(Schema.Struct({
    ...ShownCertificate.fields,
    reason: Schema.Literals(["bound", "unusable"]),
    told: Schema.Boolean,
    state: Schema.Literals(["pending", "rejected"])
  })))
})
export type CandidateDocument = typeof CandidateDocument.Type

/** How mail is to be protected; null: as if nothing was ever said. */
export const WishDocument = Schema.TaggedStruct("wish", {
  /** null: of the account as a whole. */
  address: Schema.NullOr(Address),
  wish: Register(Schema.NullOr(SendPolicy))
})
export type WishDocument = typeof WishDocument.Type

/** All secret keys ever, because old mail needs them; the newest signs and belongs to the certificate. */
export const OwnKeysDocument = Schema.TaggedStruct("ownKeys", {
  current: Register(Schema.Struct({ address: Address, certificate: Base64Url, secretKey: Base64Url })),
  /** Sorted by key, each once. */
  secretKeys: Schema.Array(Register(Base64Url)).check(Schema.isMinLength(1), Schema.isMaxLength(256)),
  /** Sorted, each once. */
  revocations: Schema.optionalKey(Schema.Array(Base64Url).check(Schema.isMaxLength(256)))
})
export type OwnKeysDocument = typeof OwnKeysDocument.Type

/** As a person calls a device, in a sentence of a log. */
const DeviceName = Schema.String.check(Schema.isPattern(/^[^\p{Cc}]{1,200}$/u))

const Digest = Schema.String.check(Schema.isPattern(/^[A-Za-z0-9_-]{43}$/))

/** Of witnesses: how their digests are made. Absent before there were two. */
export const WITNESS_FORM = 2

/** What a device had seen at a generation, so that others which stand there see whether they were shown the same. */
export const WitnessDocument = Schema.TaggedStruct("witness", {
  device: DeviceId,
  name: Schema.optionalKey(DeviceName),
  /** Those of another form say nothing here. */
  form: Schema.optionalKey(Schema.Natural),
  generation: Schema.Natural,
  /** Of each kind but this one, in the order of their names: how many, and the sum of their marks. */
  kinds: Schema.Array(Schema.Struct({ kind: Schema.String, count: Schema.Natural, digest: Digest })).check(
    Schema.isMaxLength(64)
  )
})
export type WitnessDocument = typeof WitnessDocument.Type

export const Document = Schema.Union([
  MailboxDocument,
  MessageDocument,
  PlacementDocument,
  BindingDocument,
  CandidateDocument,
  WishDocument,
  OwnKeysDocument,
  WitnessDocument
])
export type Document = typeof Document.Type
export type Kind = Document["_tag"]

const KNOWN: Readonly<Record<Kind, true>> = {
  mailbox: true,
  message: true,
  placement: true,
  binding: true,
  candidate: true,
  wish: true,
  ownKeys: true,
  witness: true
}

export const isKind = (name: string): name is Kind => Object.hasOwn(KNOWN, name)

/** Of a kind that only a newer program knows: kept as it is and passed over, until this one is newer, too. */
export interface UnknownDocument {
  readonly _tag: "unknown"
  readonly kind: string
  /** As it was encoded. */
  readonly text: string
}

/** Addresses have no space in them. */
export const candidateKey = (address: string, fingerprint: string): string => `${address} ${fingerprint}`

/** Email and mailbox ids have no space in them. */
export const placementKey = (mailbox: string, email: string, ordinal: number): string =>
  `${mailbox} ${email} ${ordinal}`

/** What makes two documents of one kind the same document. */
export const naturalKey = (document: Document): string => {
  switch (document._tag) {
    case "mailbox":
      return document.id
    case "message":
      return document.email
    case "placement":
      return placementKey(document.mailbox, document.email, document.ordinal)
    case "binding":
      return document.address
    case "candidate":
      return candidateKey(document.address, document.fingerprint)
    case "wish":
      return document.address ?? ""
    case "ownKeys":
      return "own"
    case "witness":
      return document.device
  }
}

/** The greatest stamp in it: what its next change must be later than. */
export const latest = (document: Document): Hlc | undefined => {
  let last: Hlc | undefined
  const see = ({ at }: { readonly at: Hlc }): void => {
    if (last === undefined || at > last) last = at
  }
  switch (document._tag) {
    case "mailbox":
      for (const register of [document.name, document.specialUse, document.subscribed, document.exists]) see(register)
      break
    case "message":
      see(document.exists)
      break
    case "placement":
      document.flags.forEach(see)
      break
    case "binding":
      see(document.binding)
      break
    case "candidate":
      see(document.shown)
      break
    case "wish":
      see(document.wish)
      break
    case "ownKeys":
      see(document.current)
      document.secretKeys.forEach(see)
      break
    case "witness":
      break
  }
  return last
}
