/** System flags and keywords (RFC 9051 §2.3.2). Compared without regard to case, shown as first written. */

/** As `\Seen` or `$Forwarded`; system flags in canonical case. `\Recent` is never stored. */
export type Flag = string

export const SYSTEM = ["\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft"] as const

const canonicalSystem = new Map<string, Flag>(SYSTEM.map((flag) => [flag.toLowerCase(), flag]))

/** `\SEEN` -> `\Seen`; keywords stay as they are. */
export const normalize = (flag: Flag): Flag => canonicalSystem.get(flag.toLowerCase()) ?? flag

export const isSame = (a: Flag, b: Flag): boolean => a === b || a.toLowerCase() === b.toLowerCase()

export const includes = (flags: ReadonlyArray<Flag>, flag: Flag): boolean => flags.some((other) => isSame(other, flag))

/** What STORE does: FLAGS, +FLAGS, -FLAGS. */
export type FlagOperation = "replace" | "add" | "remove"

/** The flags afterwards, without duplicates; the same array where nothing changes. */
export const apply = (
  current: ReadonlyArray<Flag>,
  operation: FlagOperation,
  change: ReadonlyArray<Flag>
): ReadonlyArray<Flag> => {
  const next = operation === "remove"
    ? current.filter((flag) => !includes(change, flag))
    : (operation === "add" ? [...current] : []).concat(change.map(normalize))
      .filter((flag, index, list) => list.findIndex((other) => isSame(other, flag)) === index)
  return next.length === current.length && next.every((flag) => includes(current, flag)) ? current : next
}
