/** What is said of many messages by their placements alone, as the client numbers them. */
import { Effect } from "effect"
import { type Placements, type Slice, slices } from "../../domain/mailbox/Placements.ts"
import type { UidSet } from "../../domain/mailbox/UidSet.ts"
import type { ConnectionEnded } from "./Connection.ts"
import type { PlacementItem, Response } from "./grammar/Response.ts"
import type { State } from "./State.ts"
import * as View from "./View.ts"

/** Messages between two turns of other sessions: a write's worth, so that the client reads while others are written. */
const AT_ONCE = 1500

interface Run {
  readonly slice: Slice
  /** Of the first; the others follow it. */
  readonly number: number
}

/**
 * Without messages that the client was not told of. Those are above all that it was told of: where both ends of a slice
 * are as far from each other in the view, all between is in it, too.
 */
const runs = (view: View.View, found: ReadonlyArray<Slice>): ReadonlyArray<Run> => {
  const numberOf = View.numbering(view)
  return found.flatMap(({ chunk, from, to }) => {
    const { uids } = chunk
    const number = numberOf(uids[from] as number)
    if (number !== undefined && view.uids[number - 1 + to - 1 - from] === uids[to - 1]) {
      return { slice: { chunk, from, to }, number }
    }
    return Array.from({ length: to - from }, (_, at) => from + at).flatMap((at) => {
      const one = numberOf(uids[at] as number)
      return one === undefined ? [] : { slice: { chunk, from: at, to: at + 1 }, number: one }
    })
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
