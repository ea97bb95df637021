/** FETCH (RFC 3501 §6.4.5): a stream from the store to the client, as fast as the client reads. */
import { Effect, Stream } from "effect"
import { inTurns } from "../../../domain/mail/Order.ts"
import { MAX_UID } from "../../../domain/mailbox/MailboxState.ts"
import type { Uid } from "../../../domain/mailbox/Uid.ts"
import * as UidSet from "../../../domain/mailbox/UidSet.ts"
import type { MessageRecord } from "../../../ports/MailStore.ts"
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
import { binaryOf, dataOf, fieldsFor, isBinary, placementItems } from "./FetchData.ts"

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

/** Those that become \Seen by being read, as they are then. */
const see = Effect.fnUntraced(function*(
  state: State,
  store: Store,
  selected: Selected,
  records: ReadonlyArray<MessageRecord>
): Effect.fn.Return<ReadonlyMap<Uid, MessageRecord>, CommandError> {
  const seen = new Map<Uid, MessageRecord>()
  const unseen = UidSet.fromUids(records.flatMap(({ flags, uid }) => flags.includes("\\Seen") ? [] : uid))
  if (unseen.length === 0) return seen
  const { altered, modSeq } = yield* News.flag(state, store, selected, unseen, "add", ["\\Seen"])
  if (modSeq === undefined) return seen
  for (const record of records) {
    if (UidSet.has(altered, record.uid)) seen.set(record.uid, { ...record, flags: [...record.flags, "\\Seen"], modSeq })
  }
  return seen
})

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
      const all: Array<ReadonlyArray<FetchData>> = []
      for (const record of records) {
        const data: Array<FetchData> = []
        for (const item of items) {
          const one = isBinary(item) ? yield* inTurns(binaryOf(record, item)) : dataOf(record, item)
          if (one === undefined) return yield* refused(unknownEncoding)
          data.push(one)
        }
        all.push(data)
      }
      // Only now: what cannot be read is not seen.
      const flagged = setsSeen ? yield* see(state, store, selected, records) : undefined
      let responses: Array<Response> = []
      let weight = 0
      for (const [index, record] of records.entries()) {
        const data = all[index] ?? []
        const seen = flagged?.get(record.uid)
        const response = respond(
          record.uid,
          // With the flags that it has from here on, also where nobody asked for them.
          seen === undefined
            ? data
            : itemsWithFlags.flatMap((item) =>
              item._tag === "Flags" || item._tag === "ModSeq"
                ? dataOf(seen, item) ?? []
                : data[items.indexOf(item)] ?? []
            )
        )
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
