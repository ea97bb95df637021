/** Flags as a last-writer-wins element set: each flag carries when it was last set or cleared, so none is lost. */
import { Schema } from "effect"
import * as Flag from "../mailbox/Flag.ts"
import { Hlc } from "./Hlc.ts"

export const FlagMark = Schema.Struct({
  flag: Schema.String.check(Schema.isPattern(/^[^\s\p{Cc}]{1,255}$/u)),
  present: Schema.Boolean,
  at: Hlc
})
export type FlagMark = typeof FlagMark.Type

/** Sorted by flag without case, each once. */
export const FlagSet = Schema.Array(FlagMark).check(Schema.isMaxLength(4096))
export type FlagSet = typeof FlagSet.Type

export const empty: FlagSet = []

const keyOf = (mark: FlagMark): string => mark.flag.toLowerCase()

/** On one stamp, set beats cleared: a flag too many is seen, one too few is not. */
const later = (a: FlagMark, b: FlagMark): FlagMark => {
  if (a.at !== b.at) return a.at > b.at ? a : b
  if (a.present !== b.present) return a.present ? a : b
  return a.flag >= b.flag ? a : b
}

/** Any marks, in any order. */
export const fromMarks = (marks: Iterable<FlagMark>): FlagSet => {
  const byKey = new Map<string, FlagMark>()
  for (const mark of marks) {
    const key = keyOf(mark)
    const known = byKey.get(key)
    byKey.set(key, known === undefined ? mark : later(known, mark))
  }
  return Array.from(byKey).sort(([a], [b]) => a < b ? -1 : 1).map(([, mark]) => mark)
}

export const merge = (a: FlagSet, b: FlagSet): FlagSet => a === b || b.length === 0 ? a : fromMarks([...a, ...b])

export const fromFlags = (flags: ReadonlyArray<Flag.Flag>, at: Hlc): FlagSet =>
  fromMarks(flags.map((flag) => ({ flag: Flag.normalize(flag), present: true, at })))

/** Those that are set. */
export const toFlags = (self: FlagSet): ReadonlyArray<Flag.Flag> =>
  self.filter((mark) => mark.present).map((mark) => mark.flag)

/** The set after its flags became exactly `flags`; the same one where they are that already. */
export const replace = (self: FlagSet, flags: ReadonlyArray<Flag.Flag>, at: Hlc): FlagSet => {
  const before = toFlags(self)
  const set = flags.filter((flag) => !Flag.includes(before, flag))
  const cleared = before.filter((flag) => !Flag.includes(flags, flag))
  if (set.length + cleared.length === 0) return self
  return merge(
    self,
    fromMarks([
      ...set.map((flag) => ({ flag: Flag.normalize(flag), present: true, at })),
      ...cleared.map((flag) => ({ flag, present: false, at }))
    ])
  )
}
