/** What sets a validation level: the strongest thing that is known. */
import type { Party } from "./BindingSource.ts"
import {
  FINGERPRINT,
  HISTORICALLY_AUDITING,
  KNOWN_KEY,
  PROVIDER_ENDORSEMENT,
  PROVIDER_TRUST,
  THIRD_PARTY_CONSENSUS,
  THIRD_PARTY_ENDORSEMENT,
  type ValidationLevel,
  WEAK_CHAIN
} from "./ValidationLevel.ts"

/** Of one certificate for one address. */
export interface Evidence {
  /** Show this certificate for the address, each over verified TLS. */
  readonly parties: ReadonlySet<Party>
  /** The address's own provider certifies it. */
  readonly endorsedByProvider: boolean
  /** Somebody whom the person made an introducer certifies it. */
  readonly endorsedByOthers: boolean
  /** The same answer over time in one's own log. */
  readonly audited: boolean
  /** The person said that it is the right one. */
  readonly confirmed: boolean
  /** The person compared or entered the fingerprint. */
  readonly compared: boolean
}

export const NOTHING: Evidence = {
  parties: new Set(),
  endorsedByProvider: false,
  endorsedByOthers: false,
  audited: false,
  confirmed: false,
  compared: false
}

export const levelFor = (evidence: Evidence): ValidationLevel => {
  if (evidence.compared) return FINGERPRINT
  if (evidence.confirmed) return KNOWN_KEY
  if (evidence.audited) return HISTORICALLY_AUDITING
  if (evidence.parties.size > 1) return THIRD_PARTY_CONSENSUS
  if (evidence.endorsedByOthers) return THIRD_PARTY_ENDORSEMENT
  if (evidence.endorsedByProvider) return PROVIDER_ENDORSEMENT
  // A verifying key server alone is a stranger's word.
  return evidence.parties.has("domain") ? PROVIDER_TRUST : WEAK_CHAIN
}
