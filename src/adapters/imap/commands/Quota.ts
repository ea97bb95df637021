/**
 * GETQUOTA and GETQUOTAROOT (RFC 9208). An account takes what the disk of this device has: nobody sets less, so that
 * there is no SETQUOTA, and no limit on the number of messages.
 */
import { Effect } from "effect"
import type { Command } from "../grammar/Command.ts"
import type { Response } from "../grammar/Response.ts"
import { type CommandError, type Completion, done, no, type State, type Store, word } from "../State.ts"

/** The one of all mailboxes. */
const ROOT = ""
/** RFC 9208 §5.1 */
const UNIT = 1024

const quota = (store: Store): Effect.Effect<Response, CommandError> =>
  Effect.map(store.usage, ({ free, stored }) => ({
    _tag: "Quota",
    root: ROOT,
    resources: free === undefined ? [] : [["STORAGE", Math.ceil(stored / UNIT), Math.ceil((stored + free) / UNIT)]]
  }))

export const getQuota = Effect.fnUntraced(function*(
  { dialogue }: State,
  store: Store,
  { root }: Extract<Command, { _tag: "GetQuota" }>
): Effect.fn.Return<Completion, CommandError> {
  if (root !== ROOT) return no("There is one quota root here: \"\"", word("NONEXISTENT"))
  yield* dialogue.send([yield* quota(store)])
  return done("GETQUOTA done")
})

/** Of a mailbox that there is not, too: that is where it would be (RFC 9208 §4.1.2). */
export const getQuotaRoot = Effect.fnUntraced(function*(
  { dialogue }: State,
  store: Store,
  { mailbox }: Extract<Command, { _tag: "GetQuotaRoot" }>
): Effect.fn.Return<Completion, CommandError> {
  yield* dialogue.send([{ _tag: "QuotaRoot", mailbox, roots: [ROOT] }, yield* quota(store)])
  return done("GETQUOTAROOT done")
})
