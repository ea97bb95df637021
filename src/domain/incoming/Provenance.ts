/** What the provider says of a message's arrival: written by it before it encrypts, read by the client after. */
import { formatDate } from "../message/Date.ts"
import { headerFields, unfold } from "../message/Header.ts"
import { concat } from "../message/Latin1.ts"
import { PROVENANCE_HEADER, quoted } from "./Verdict.ts"

/** As RFC 8601 §2.7 names the results. */
export interface Authentication {
  readonly dkim: "pass" | "fail" | "none"
  readonly dmarc: string
  readonly spf: string
  readonly arc: string
}

/** Nothing was asked, or nobody could answer. */
export const UNKNOWN: Authentication = { dkim: "none", dmarc: "none", spf: "none", arc: "none" }

export interface Provenance extends Authentication {
  /** Milliseconds. */
  readonly arrivedAt: number
  readonly receivedBy: string
  readonly encryptedAtArrival: boolean
}

export const provenanceHeader = (provenance: Provenance): string =>
  [
    formatDate(provenance.arrivedAt),
    `received-by=${quoted(provenance.receivedBy)}`,
    `encrypted-at-arrival="${provenance.encryptedAtArrival ? "yes" : "no"}"`,
    `dkim="${provenance.dkim}"`,
    `dmarc=${quoted(provenance.dmarc)}`,
    `spf=${quoted(provenance.spf)}`,
    `arc=${quoted(provenance.arc)}`
  ].join("; ")

/** Takes the provider's field off the front. Below other fields it is not the provider's, but somebody's forgery. */
export const takeProvenance = (
  bytes: Uint8Array
): { readonly provenance: string | undefined; readonly bytes: Uint8Array } => {
  const name = PROVENANCE_HEADER.toLowerCase()
  const [field] = headerFields(bytes, 0, bytes.length)
  if (field?.name !== name) return { provenance: undefined, bytes }
  const after = bytes.subarray(field.end)
  // On top of all, as the provider puts it: then the rest need not be copied.
  return {
    provenance: unfold(bytes, field),
    bytes: field.start === 0 ? after : concat([bytes.subarray(0, field.start), after])
  }
}
