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

const rank = (flag: Flag): number => {
  const index = (SYSTEM as ReadonlyArray<string>).indexOf(flag)
  return index < 0 ? SYSTEM.length : index
}

const order = (a: Flag, b: Flag): number => rank(a) - rank(b) || (a.toLowerCase() < b.toLowerCase() ? -1 : 1)

/** A mailbox has few distinct sets: they share one array each. Bounded, for keywords come from the network. */
const MAX_SHARED = 4096
const shared = new Map<string, ReadonlyArray<Flag>>()

/** In canonical form: each flag once, none of them \Recent, system flags first. Equal sets are mostly the same array. */
export const setOf = (flags: ReadonlyArray<Flag>): ReadonlyArray<Flag> => {
  const byName = new Map<string, Flag>()
  for (const flag of flags) {
    const name = flag.toLowerCase()
    if (name !== "\\recent" && !byName.has(name)) byName.set(name, normalize(flag))
  }
  const set = Array.from(byName.values()).sort(order)
  const key = JSON.stringify(set)
  const known = shared.get(key)
  if (known !== undefined) return known
  if (shared.size >= MAX_SHARED) shared.clear()
  shared.set(key, set)
  return set
}

/** The set afterwards; the same array where nothing changes. */
export const apply = (
  current: ReadonlyArray<Flag>,
  operation: FlagOperation,
  change: ReadonlyArray<Flag>
): ReadonlyArray<Flag> => {
  const next = setOf(
    operation === "remove"
      ? current.filter((flag) => !includes(change, flag))
      : operation === "add"
      ? [...current, ...change]
      : change
  )
  return next.length === current.length && next.every((flag) => includes(current, flag)) ? current : next
}
