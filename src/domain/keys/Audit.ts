/** One's own log of what directories answered, and what it proves (level "historically auditing"). */
import { type Directory, type Party, partyOf } from "./BindingSource.ts"

/** Answers in a row of one directory for one address with one certificate. */
export interface AuditEntry {
  readonly directory: Directory
  /** Empty: it answered that there is none. */
  readonly fingerprint: string
  /** Milliseconds. */
  readonly firstAt: number
  readonly lastAt: number
  /** Of answers that lie apart; many in one hour are one. */
  readonly times: number
}

const DAY = 24 * 3600_000
/** Answers closer than this say nothing new. */
export const APART = DAY
/** So long a lie is hard to keep up towards one person alone. */
export const SPAN = 60 * DAY
export const TIMES = 5

/** The log of one address, oldest first, with one answer more. The log itself where it says nothing new. */
export const noted = (
  log: ReadonlyArray<AuditEntry>,
  directory: Directory,
  fingerprint: string,
  now: number
): ReadonlyArray<AuditEntry> => {
  const last = log.findLast((entry) => entry.directory === directory)
  if (last?.fingerprint !== fingerprint) {
    return [...log, { directory, fingerprint, firstAt: now, lastAt: now, times: 1 }]
  }
  // A clock set back must not make the log longer.
  if (now - last.lastAt < APART) return log
  return log.map((entry) => entry === last ? { ...entry, lastAt: now, times: entry.times + 1 } : entry)
}

const current = (log: ReadonlyArray<AuditEntry>): ReadonlyArray<AuditEntry> =>
  log.filter((entry) => log.findLast(({ directory }) => directory === entry.directory) === entry)

/** Who shows this certificate now. */
export const partiesOf = (log: ReadonlyArray<AuditEntry>, fingerprint: string): ReadonlySet<Party> =>
  new Set(
    current(log).filter((entry) => entry.fingerprint === fingerprint).flatMap(({ directory }) =>
      partyOf(directory) ?? []
    )
  )

/** One that verifies has long said the same, and none that verifies says otherwise now. */
export const isAudited = (log: ReadonlyArray<AuditEntry>, fingerprint: string): boolean => {
  const now = current(log).filter((entry) => partyOf(entry.directory) !== undefined && entry.fingerprint !== "")
  return now.every((entry) => entry.fingerprint === fingerprint) &&
    now.some(({ firstAt, lastAt, times }) => times >= TIMES && lastAt - firstAt >= SPAN)
}
