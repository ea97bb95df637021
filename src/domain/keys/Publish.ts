/** At the provider: an account's certificate enters the directory only where mail to the account can use it. */
import { Clock, Effect, Schema } from "effect"
import { type CertificateFacts, OpenPgp } from "../../ports/OpenPgp.ts"
import type { ProviderAccount } from "../../ports/ProviderAccounts.ts"
import { ProviderDirectory } from "../../ports/ProviderDirectory.ts"
import { type Address, localPart } from "../account/Address.ts"
import { markOf } from "./Mark.ts"
import * as PacketTags from "./PacketTags.ts"
import { hasAddress } from "./UserId.ts"
import { wkdHash } from "./WebKeyDirectory.ts"

export class CertificateRefused extends Schema.TaggedError<CertificateRefused>()("CertificateRefused", {
  reason: Schema.Literals(["unreadable", "notPublic", "revoked", "expired", "cannotEncrypt", "otherAddress"]),
  message: Schema.String
}) {}

const SENTENCES = {
  unreadable: "This is no OpenPGP certificate: send the binary form, without armor",
  notPublic: "This is more than one certificate, or holds a secret key: send the public certificate alone",
  revoked: "This certificate is revoked: publish the one that replaces it",
  expired: "This certificate is past its expiry: extend it and publish it again",
  cannotEncrypt: "This certificate has no key that mail could be encrypted to: add an encryption subkey",
  otherAddress: "This certificate does not carry the account's address: add it as a user id"
} satisfies Record<CertificateRefused["reason"], string>

const refuse = (reason: CertificateRefused["reason"]) => new CertificateRefused({ reason, message: SENTENCES[reason] })

const PUBLIC: ReadonlyArray<number> = [
  PacketTags.SIGNATURE,
  PacketTags.TRUST,
  PacketTags.USER_ID,
  PacketTags.PUBLIC_SUBKEY,
  PacketTags.USER_ATTRIBUTE,
  PacketTags.PADDING
]

/** One certificate and nothing else: everybody may fetch what is published, so a secret key sent by mistake stays out. */
const isPublic = ([first, ...rest]: ReadonlyArray<number>): boolean =>
  first === PacketTags.PUBLIC_KEY && rest.every((tag) => PUBLIC.includes(tag))

const faultOf = (facts: CertificateFacts, address: Address, now: number): CertificateRefused["reason"] | undefined => {
  if (facts.revoked) return "revoked"
  if (facts.expiresAt !== undefined && facts.expiresAt <= now) return "expired"
  if (!facts.canEncrypt) return "cannotEncrypt"
  return facts.userIds.some((userId) => hasAddress(userId, address)) ? undefined : "otherAddress"
}

/** `certificate` is binary. What it replaces is the account's own affair: only its owner is logged in to it. */
export const publish = Effect.fn("Publish.publish")(function*(account: ProviderAccount, certificate: Uint8Array) {
  const pgp = yield* OpenPgp
  const directory = yield* ProviderDirectory
  const tags = PacketTags.packetTags(certificate)
  if (tags === undefined) return yield* refuse("unreadable")
  if (!isPublic(tags)) return yield* refuse("notPublic")
  const facts = yield* Effect.mapError(pgp.inspect(certificate), () => refuse("unreadable"))
  const fault = faultOf(facts, account.address, yield* Clock.currentTimeMillis)
  if (fault !== undefined) return yield* refuse(fault)
  yield* directory.publish(account.id, {
    certificate,
    fingerprint: facts.fingerprint,
    wkdHash: yield* wkdHash(localPart(account.address)),
    mark: (yield* markOf(account.address)).mark
  })
})
