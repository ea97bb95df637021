/** Answers of directories and how long they hold: asked again too often, a directory learns when a person writes to whom. */
import type { Address } from "../account/Address.ts"
import type { Directory } from "./BindingSource.ts"

export interface Answer {
  /** Canonical. */
  readonly address: Address
  readonly directory: Directory
  /** Upper-case hex; empty: it knows none, or did not answer. */
  readonly fingerprint: string
  /** Milliseconds. */
  readonly askedAt: number
  /** Not asked again before. */
  readonly until: number
}

export type Outcome = "found" | "none" | "failed"

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Milliseconds. The own provider learns nothing from being asked: a colleague's new key is seen within the hour. */
const LIFETIMES: Readonly<Record<Directory, Readonly<Record<Outcome, number>>>> = {
  provider: { found: DAY, none: 10 * MINUTE, failed: MINUTE },
  wkd: { found: 7 * DAY, none: DAY, failed: HOUR },
  vks: { found: 7 * DAY, none: DAY, failed: HOUR },
  hkps: { found: 7 * DAY, none: DAY, failed: HOUR }
}

export const lifetime = (directory: Directory, outcome: Outcome): number => LIFETIMES[directory][outcome]

/** Does it still hold? One from the future is from a clock that was set back. */
export const holds = ({ askedAt, until }: Answer, now: number): boolean => askedAt <= now && now < until
