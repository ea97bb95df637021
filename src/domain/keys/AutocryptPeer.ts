/** What a correspondent's mail says of their keys and their wish to get encrypted mail (Autocrypt Level 1 §2.3, §2.4). */
import type { Address } from "../account/Address.ts"

export interface ShownKey {
  /** Binary. */
  readonly certificate: Uint8Array
  /** The effective date of the message that brought it, milliseconds. */
  readonly at: number
}

export interface AutocryptPeer {
  /** Canonical. */
  readonly address: Address
  /** The newest effective date of any mail from them. */
  readonly lastSeen: number
  readonly key: ShownKey | undefined
  readonly preferEncrypt: "mutual" | "nopreference"
  /** What another correspondent says is theirs: never bound, used where nothing else is known. */
  readonly gossip: ShownKey | undefined
}

export const unseen = (address: Address): AutocryptPeer => ({
  address,
  lastSeen: 0,
  key: undefined,
  preferEncrypt: "nopreference",
  gossip: undefined
})

/** §2.3: a date in the future is the time of arrival. */
export const effectiveDate = (sentAt: number | undefined, now: number): number =>
  sentAt === undefined || sentAt > now ? now : sentAt

/** A message from them; `shown` where it had one valid header. The peer itself where nothing is new. */
export const seen = (
  peer: AutocryptPeer,
  shown: { readonly certificate: Uint8Array; readonly preferEncrypt: boolean } | undefined,
  at: number
): AutocryptPeer => {
  // An older message that comes late says nothing new.
  if (at < (peer.key?.at ?? 0) || (shown === undefined && at <= peer.lastSeen)) return peer
  const lastSeen = Math.max(peer.lastSeen, at)
  return shown === undefined
    ? { ...peer, lastSeen }
    : {
      ...peer,
      lastSeen,
      key: { certificate: shown.certificate, at },
      preferEncrypt: shown.preferEncrypt ? "mutual" : "nopreference"
    }
}

/** `Autocrypt-Gossip` of an encrypted message to several, one of them this peer. */
export const gossiped = (peer: AutocryptPeer, certificate: Uint8Array, at: number): AutocryptPeer =>
  peer.gossip !== undefined && peer.gossip.at >= at ? peer : { ...peer, gossip: { certificate, at } }

export type Recommendation = "disable" | "discourage" | "available" | "encrypt"

const STALE = 35 * 24 * 3600_000

/** What is fit to encrypt to, and whether the message answers an encrypted one. */
export interface RecommendationFacts {
  readonly isKeyFit: boolean
  readonly isGossipFit: boolean
  readonly repliesToEncrypted: boolean
  readonly ownPreference: "mutual" | "nopreference"
}

/** §2.4, for one recipient. */
export const recommend = (peer: AutocryptPeer, facts: RecommendationFacts): Recommendation => {
  const hasKey = peer.key !== undefined && facts.isKeyFit
  if (!hasKey && !(peer.gossip !== undefined && facts.isGossipFit)) return "disable"
  const first = !hasKey || peer.lastSeen - (peer.key?.at ?? 0) > STALE ? "discourage" : "available"
  if (facts.repliesToEncrypted) return "encrypt"
  const isMutual = facts.ownPreference === "mutual" && peer.preferEncrypt === "mutual"
  return first === "available" && isMutual ? "encrypt" : first
}
