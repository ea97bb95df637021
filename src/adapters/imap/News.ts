/** From the store's changes to what a session tells its client, when it may (RFC 3501 §7.4.1). */
import { Effect, Stream } from "effect"
import * as UidSet from "../../domain/mailbox/UidSet.ts"
import type { MailboxChange, MailStoreError } from "../../ports/MailStore.ts"
import type { ConnectionEnded } from "./Connection.ts"
import type { Response } from "./grammar/Response.ts"
import type { Selected, State } from "./State.ts"
import * as View from "./View.ts"

/** During a command that never ends, so much may wait; past it the client hears of its own changes too. */
const MAX_PENDING = 10_000

/** Moves what is pending into the view. */
export const absorb = (selected: Selected): void => {
  const changes = selected.pending
  selected.pending = []
  for (const change of changes) {
    if (change._tag === "Mailboxes" || change.modSeq <= selected.openedAt) continue
    if (change._tag === "Vanished") selected.view = View.noteVanished(selected.view, change.uids)
    else selected.view = View.noteChanged(selected.view, change.uids, selected.ownModSeqs.delete(change.modSeq))
  }
}

/** Takes up one change of the feed. */
export const note = (state: State, change: MailboxChange): void => {
  const { selected } = state
  if (selected === undefined || change._tag === "Mailboxes" || change.mailbox !== selected.mailbox) return
  selected.pending.push(change)
  if (state.isBusy && selected.pending.length < MAX_PENDING) return
  absorb(selected)
  if (View.hasNews(selected.view)) state.news.openUnsafe()
}

/** The feed needs a turn or two of the event loop; a session must not wait longer for what it did itself. */
const MAX_TURNS = 100

/** Until the feed has told of messages that this session has put into its own mailbox. */
export const awaitTold = Effect.fnUntraced(function*(selected: Selected, uids: ReadonlyArray<number>) {
  const last = uids.at(-1)
  if (last === undefined) return
  const isTold = () => selected.pending.some((change) => change._tag === "Changed" && UidSet.has(change.uids, last))
  for (let turn = 0; turn < MAX_TURNS && !isTold(); turn++) yield* Effect.yieldNow
})

/** Everything the client may hear now: EXPUNGE (where allowed), EXISTS, FETCH of new flags. */
export const tell = Effect.fnUntraced(function*(
  state: State,
  mayExpunge: boolean
): Effect.fn.Return<void, MailStoreError | ConnectionEnded> {
  const { dialogue, selected, store } = state
  if (selected === undefined || store === undefined) return
  absorb(selected)
  if (!View.hasNews(selected.view)) return
  const [told, view] = View.tell(selected.view, mayExpunge)
  selected.view = view
  const responses: Array<Response> = told.expunged.map((number) => ({ _tag: "Expunge", number }))
  if (told.exists !== undefined) responses.push({ _tag: "Exists", count: told.exists })
  yield* dialogue.send(responses)
  if (told.changed.length === 0) return
  yield* store.fetch(selected.mailbox, told.changed, {}).pipe(
    Stream.runForEachArray((records) => {
      const fetched: Array<Response> = []
      for (const { flags, uid } of records) {
        const number = View.numberOf(view, uid)
        if (number === undefined) continue
        fetched.push({ _tag: "Fetch", number, data: [{ _tag: "Uid", uid }, { _tag: "Flags", flags }] })
      }
      return dialogue.send(fetched)
    }),
    // Deleted meanwhile by another session: the next command on it will say so.
    Effect.catchTag("MailboxNotFound", () => Effect.void)
  )
})
