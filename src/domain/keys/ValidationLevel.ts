/** How much is known of "this address uses this certificate", lowest to highest (design, section 11). */
import { Schema } from "effect"

export const LEVELS = [
  "Weak_Chain",
  "Provider_Trust",
  "Provider_Endorsement",
  "Third_Party_Endorsement",
  "Third_Party_Consensus",
  "Historically_Auditing",
  "Known_Key",
  "Fingerprint"
] as const

export const ValidationLevel = Schema.Literals([0, 1, 2, 3, 4, 5, 6, 7])
export type ValidationLevel = typeof ValidationLevel.Type
type LevelName = (typeof LEVELS)[number]

export const WEAK_CHAIN: ValidationLevel = 0
export const PROVIDER_TRUST: ValidationLevel = 1
export const PROVIDER_ENDORSEMENT: ValidationLevel = 2
export const THIRD_PARTY_ENDORSEMENT: ValidationLevel = 3
export const THIRD_PARTY_CONSENSUS: ValidationLevel = 4
export const HISTORICALLY_AUDITING: ValidationLevel = 5
export const KNOWN_KEY: ValidationLevel = 6
export const FINGERPRINT: ValidationLevel = 7

export const levelName = (level: ValidationLevel): LevelName => LEVELS[level]

/** From a stored number: what is out of range proves nothing. */
export const levelOf = (value: number): ValidationLevel => {
  for (const level of [7, 6, 5, 4, 3, 2, 1] as const) if (value === level) return level
  return WEAK_CHAIN
}

export const highest = (a: ValidationLevel, b: ValidationLevel): ValidationLevel => a > b ? a : b
