/** SORT (RFC 5256 §3): messages by criteria, those that are equal in the order of their uids. */
import type { SortKey } from "./SortKey.ts"
import * as Steps from "./Steps.ts"
import type { Uid } from "./Uid.ts"

export interface SortCriterion {
  readonly key: SortKey
  /** Of this criterion alone: what is equal by it stays in the order of the next. */
  readonly reverse: boolean
}

export interface SortFacts {
  readonly uid: Uid
  /** Of the asked keys, in their order: dates and sizes as numbers, texts folded. */
  readonly values: ReadonlyArray<number | string>
}

/** Equal keys have values of one type. */
const compareValues = (a: number | string, b: number | string): number => a < b ? -1 : a > b ? 1 : 0

export const compare = (criteria: ReadonlyArray<SortCriterion>): (a: SortFacts, b: SortFacts) => number => {
  const signs = criteria.map(({ reverse }) => reverse ? -1 : 1)
  return (a, b) => {
    for (const [index, sign] of signs.entries()) {
      const order = compareValues(a.values[index] ?? "", b.values[index] ?? "")
      if (order !== 0) return sign * order
    }
    return a.uid - b.uid
  }
}

/** `facts` with the values of `criteria`, key by key. */
export function* sort(
  facts: ReadonlyArray<SortFacts>,
  criteria: ReadonlyArray<SortCriterion>
): Steps.Steps<ReadonlyArray<Uid>> {
  const sorted = yield* Steps.sort(facts, compare(criteria))
  return sorted.map(({ uid }) => uid)
}
