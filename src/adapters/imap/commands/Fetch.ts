/** FETCH (RFC 3501 §6.4.5): a stream from the store to the client, as fast as the client reads. */
import { Effect, Stream } from "effect"
import { MAX_UID } from "../../../domain/mailbox/MailboxState.ts"
import * as UidSet from "../../../domain/mailbox/UidSet.ts"
import type { FetchItem } from "../grammar/FetchItem.ts"
import type { Fetch as Command } from "../grammar/MessageCommands.ts"
import type { FetchData, Response } from "../grammar/Response.ts"
import { resolve, SAVED } from "../grammar/SequenceSet.ts"
import * as News from "../News.ts"
import {
  type CommandError,
  type Completion,
  done,
  misused,
  no,
  refused,
  type Selected,
  type State,
  type Store,
  word
} from "../State.ts"
import * as Telling from "../Telling.ts"
import * as View from "../View.ts"
import { addressed } from "./Addressed.ts"
import { slice } from "./ExtendedSearch.ts"
import { dataOf, fieldsFor, placementItems } from "./FetchData.ts"

/** Those asked for, those since then only; the ones that went since then are told first (RFC 7162 §3.2.6). */
const wanted = Effect.fnUntraced(function*(
  { dialogue }: State,
  store: Store,
  selected: Selected,
  { changedSince, partial, set, uid, vanished }: Command
): Effect.fn.Return<UidSet.UidSet, CommandError> {
  const named = yield* Effect.fromResult(addressed(selected, set, uid))
  const uids = partial === undefined
    ? named
    : UidSet.fromUids(slice(UidSet.select(named, selected.view.uids), partial))
  if (changedSince === undefined) return uids
  const changes = yield* store.changedSince(selected.mailbox, changedSince)
  if (vanished) {
    // `*` is whatever came last, even where that is gone. What this session still numbers, it is told of in its turn.
    const asked = set === SAVED ? named : resolve(set, MAX_UID)
    const gone = UidSet.difference(UidSet.intersection(changes.vanished, asked), View.told(selected.view))
    if (gone.length > 0) yield* dialogue.send([{ _tag: "Vanished", earlier: true, uids: UidSet.encode(gone) }])
  }
  return UidSet.intersection(uids, changes.changed)
})

const withItem = (items: ReadonlyArray<FetchItem>, item: FetchItem): ReadonlyArray<FetchItem> =>
  items.some(({ _tag }) => _tag === item._tag) ? items : [item, ...items]

const unknownEncoding = no("A part has a transfer encoding that this server does not know", word("UNKNOWN-CTE"))

/** So many octets of message text are made into responses at once. */
const BATCH = 65_536

export const fetch = Effect.fnUntraced(function*(
  state: State,
  store: Store,
  selected: Selected,
  command: Command
): Effect.fn.Return<Completion, CommandError> {
  if (command.vanished && !state.enabled.has("QRESYNC")) {
    return misused("VANISHED comes after ENABLE QRESYNC", word("CLIENTBUG"))
  }
  const uids = yield* wanted(state, store, selected, command)
  const setsSeen = !selected.readOnly &&
    command.items.some((item) => (item._tag === "Body" || item._tag === "Binary") && !item.peek)
  const seenAt = setsSeen ? (yield* News.flag(store, selected, uids, "add", ["\\Seen"])).modSeq : undefined
  const since = command.changedSince === undefined ? command.items : withItem(command.items, { _tag: "ModSeq" })
  const items = command.uid && !state.enabled.has("UIDONLY") ? withItem(since, { _tag: "Uid" }) : since
  const flags = withItem(items, { _tag: "Flags" })
  const itemsWithFlags = state.enabled.has("CONDSTORE") ? withItem(flags, { _tag: "ModSeq" }) : flags
  const ofPlacements = placementItems(items)
  if (ofPlacements !== undefined) {
    const { placements } = yield* store.snapshot(selected.mailbox)
    yield* Telling.tell(state, selected.view, placements, uids, ofPlacements)
    return done("FETCH done")
  }
  const respond = News.fetched(state, selected.view)
  yield* store.fetch(selected.mailbox, uids, fieldsFor(items)).pipe(
    Stream.runForEachArray(Effect.fnUntraced(function*(records) {
      let responses: Array<Response> = []
      let weight = 0
      for (const record of records) {
        const isNowSeen = seenAt !== undefined && record.modSeq >= seenAt
        const data: Array<FetchData> = []
        for (const item of isNowSeen ? itemsWithFlags : items) {
          const one = dataOf(record, item)
          if (one === undefined) return yield* refused(unknownEncoding)
          data.push(one)
        }
        const response = respond(record.uid, data)
        if (response === undefined) continue
        responses.push(response)
        weight += record.bytes === undefined ? 200 : record.size
        if (weight < BATCH) continue
        yield* state.dialogue.send(responses)
        responses = []
        weight = 0
      }
      yield* state.dialogue.send(responses)
    }))
  )
  return done("FETCH done")
})
