/** UIDBATCHES (RFC 10022): the mailbox in ranges of uids that hold so many messages each, newest first. */
import { Effect } from "effect"
import type { UidBatches as Command } from "../grammar/MessageCommands.ts"
import { type Completion, done, type Handled, misused, no, type Selected, type State, word } from "../State.ts"

/** Less in a batch is more commands than it is worth; the RFC's number. */
const SMALLEST_BATCH = 500

const backwards: Completion = misused("The range of batches ends before it begins", word("CLIENTBUG"))

const tooFew: Completion = no(`A batch has at least ${SMALLEST_BATCH} messages`, word("TOOFEW"))

/** `high:low`, without gaps, the last down to 1: each starts below the one before it. */
export const batches = (
  uids: Uint32Array,
  size: number,
  range: { readonly from: number; readonly to: number } = { from: 1, to: Infinity }
): ReadonlyArray<string> => {
  const out: Array<string> = []
  const last = Math.min(range.to, Math.ceil(uids.length / size))
  for (let batch = range.from; batch <= last; batch++) {
    const high = uids[uids.length - 1 - (batch - 1) * size] as number
    const next = uids[uids.length - 1 - batch * size] ?? 0
    out.push(`${high}:${next + 1}`)
  }
  return out
}

export const uidBatches = (state: State, { view }: Selected, tag: string, { range, size }: Command): Handled =>
  range !== undefined && range.from > range.to
    ? Effect.succeed(backwards)
    : size < SMALLEST_BATCH
    ? Effect.succeed(tooFew)
    : Effect.as(
      state.dialogue.send([{ _tag: "UidBatches", tag, ranges: batches(view.uids, size, range) }]),
      done("UIDBATCHES done")
    )
