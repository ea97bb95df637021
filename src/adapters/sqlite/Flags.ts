/** Flags as a row holds them: system flags as bits, keywords as JSON. */
import * as Flag from "../../domain/mailbox/Flag.ts"

export const SEEN = 1 << Flag.SYSTEM.indexOf("\\Seen")
export const DELETED = 1 << Flag.SYSTEM.indexOf("\\Deleted")

export interface StoredFlags {
  readonly mask: number
  readonly keywords: string
}

/** Bit of a system flag, 0 for a keyword. */
export const bitOf = (flag: Flag.Flag): number => {
  const index = (Flag.SYSTEM as ReadonlyArray<string>).indexOf(Flag.normalize(flag))
  return index < 0 ? 0 : 1 << index
}

/** `\Recent` is never stored. */
export const toStored = (flags: ReadonlyArray<Flag.Flag>): StoredFlags => {
  let mask = 0
  const keywords: Array<string> = []
  for (const flag of flags) {
    const bit = bitOf(flag)
    if (bit !== 0) mask |= bit
    else if (!Flag.isSame(flag, "\\Recent") && !Flag.includes(keywords, flag)) keywords.push(flag)
  }
  return { mask, keywords: keywords.length === 0 ? "" : JSON.stringify(keywords) }
}

/** A mailbox has few distinct flag sets: they share one array each. Bounded, keywords come from the network. */
const MAX_CACHED = 4096
const cache = new Map<string, ReadonlyArray<Flag.Flag>>()

export const fromStored = (mask: number, keywords: string): ReadonlyArray<Flag.Flag> => {
  const key = `${mask}${keywords}`
  const known = cache.get(key)
  if (known !== undefined) return known
  const flags: Array<Flag.Flag> = Flag.SYSTEM.filter((_, index) => (mask & (1 << index)) !== 0)
  if (keywords !== "") flags.push(...(JSON.parse(keywords) as Array<string>))
  if (cache.size >= MAX_CACHED) cache.clear()
  cache.set(key, flags)
  return flags
}
