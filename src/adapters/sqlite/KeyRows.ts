/** Rows of the tables of keys, and what they mean. */
import { Address } from "../../domain/account/Address.ts"
import type { AutocryptPeer, ShownKey } from "../../domain/keys/AutocryptPeer.ts"
import type { Binding } from "../../domain/keys/Binding.ts"
import { sourceOf } from "../../domain/keys/BindingSource.ts"
import type { Candidate } from "../../domain/keys/Candidate.ts"
import { levelOf } from "../../domain/keys/ValidationLevel.ts"

export interface BindingRow {
  readonly address: string
  readonly certificate: Uint8Array
  readonly fingerprint: string
  readonly level: number
  readonly source: string
  readonly seen_at: number
}

export const toBinding = (row: BindingRow): Binding => ({
  address: Address.make(row.address),
  certificate: row.certificate,
  fingerprint: row.fingerprint,
  level: levelOf(row.level),
  source: sourceOf(row.source),
  seenAt: row.seen_at
})

/** With `bindingValues`. */
export const PUT_BINDING = `INSERT OR REPLACE INTO binding
  (address, fingerprint, level, source, seen_at, certificate) VALUES (?, ?, ?, ?, ?, ?)`

export const bindingValues = ({ address, certificate, fingerprint, level, seenAt, source }: Binding) =>
  [address, fingerprint, level, source, seenAt, certificate] as const

export interface CandidateRow extends BindingRow {
  readonly reason: string
  readonly told: number
  readonly state: string
}

export const toCandidate = (row: CandidateRow): Candidate => ({
  ...toBinding(row),
  reason: row.reason === "unusable" ? "unusable" : "bound",
  told: row.told === 1,
  state: row.state === "rejected" ? "rejected" : "pending"
})

/** With `candidateValues`. */
export const PUT_CANDIDATE = `INSERT OR REPLACE INTO key_candidate
  (address, fingerprint, level, source, seen_at, certificate, reason, told, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`

export const candidateValues = ({ reason, state, told, ...shown }: Candidate) =>
  [...bindingValues(shown), reason, Number(told), state] as const

export interface PeerRow {
  readonly address: string
  readonly last_seen: number
  readonly is_mutual: number
  readonly key: Uint8Array | null
  readonly key_at: number | null
  readonly gossip: Uint8Array | null
  readonly gossip_at: number | null
}

const shownKey = (certificate: Uint8Array | null, at: number | null): ShownKey | undefined =>
  certificate === null || at === null ? undefined : { certificate, at }

export const toPeer = (row: PeerRow): AutocryptPeer => ({
  address: Address.make(row.address),
  lastSeen: row.last_seen,
  key: shownKey(row.key, row.key_at),
  preferEncrypt: row.is_mutual === 1 ? "mutual" : "nopreference",
  gossip: shownKey(row.gossip, row.gossip_at)
})
