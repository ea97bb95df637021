/** Walks rows of a uid set in steps, so that a large mailbox never holds the event loop. */
import type { UidSet } from "../../domain/mailbox/UidSet.ts"
import type { Statement } from "./Driver.ts"

/** Where the next step goes on. */
export interface Cursor {
  readonly range: number
  readonly from: number
}
export const START: Cursor = { range: 0, from: 0 }

/**
 * `statement` takes mailbox, first uid, last uid, then `more`, and answers raw rows that begin with the uid, ascending.
 * Stops after the row for which `visit` says false; undefined when all are seen.
 */
export const scan = (
  statement: Statement,
  mailbox: number,
  more: ReadonlyArray<unknown>,
  set: UidSet,
  cursor: Cursor,
  visit: (row: ReadonlyArray<unknown>) => boolean
): Cursor | undefined => {
  let { from, range } = cursor
  for (; range < set.length; range++, from = 0) {
    const current = set[range]
    if (current === undefined) break
    for (const row of statement.iterate(mailbox, Math.max(from, current.from), current.to, ...more)) {
      const cells = row as ReadonlyArray<unknown>
      if (!visit(cells)) return { range, from: (cells[0] as number) + 1 }
    }
  }
  return undefined
}
