/** What is said of many messages by their placements alone, as the client numbers them. */
import { Effect } from "effect"
import { type Placements, type Slice, slices } from "../../domain/mailbox/Placements.ts"
import type { UidSet } from "../../domain/mailbox/UidSet.ts"
import type { ConnectionEnded } from "./Connection.ts"
import type { PlacementItem, Response } from "./grammar/Response.ts"
import type { State } from "./State.ts"
import * as View from "./View.ts"

/** Messages between two turns of other sessions. */
const AT_ONCE = 5000

interface Run {
  readonly slice: Slice
  /** Of the first; the others follow it. */
  readonly number: number
}

/** Without messages that the client was not told of. */
const runs = (view: View.View, found: ReadonlyArray<Slice>): ReadonlyArray<Run> => {
  const numberOf = View.numbering(view)
  return found.flatMap(({ chunk, from, to }) => {
    const out: Array<Run> = []
    let start = from
    let number: number | undefined
    for (let at = from; at < to; at++) {
      const next = numberOf(chunk.uids[at] as number)
      if (number !== undefined && next === number + at - start) continue
      if (number !== undefined) out.push({ slice: { chunk, from: start, to: at }, number })
      start = at
      number = next
    }
    if (number !== undefined) out.push({ slice: { chunk, from: start, to }, number })
    return out
  })
}

export const tell = Effect.fnUntraced(function*(
  { dialogue, enabled }: State,
  view: View.View,
  placements: Placements,
  uids: UidSet,
  items: ReadonlyArray<PlacementItem>
): Effect.fn.Return<void, ConnectionEnded> {
  const isUidOnly = enabled.has("UIDONLY")
  let responses: Array<Response> = []
  let count = 0
  for (const { number, slice } of runs(view, slices(placements, uids))) {
    responses.push({ _tag: "FetchSlice", slice, number: isUidOnly ? undefined : number, items })
    count += slice.to - slice.from
    if (count < AT_ONCE) continue
    yield* dialogue.send(responses)
    yield* Effect.yieldNow
    responses = []
    count = 0
  }
  yield* dialogue.send(responses)
})
