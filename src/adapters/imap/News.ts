/**
 * From the store's changes to what a session tells its client, when it may (RFC 3501 §7.4.1). The store is asked what
 * changed since the view was made, so that what is told never depends on when the feed comes: the feed only wakes.
 */
import { Effect, Option, Stream } from "effect"
import type { Flag, FlagOperation } from "../../domain/mailbox/Flag.ts"
import type { ModSeq, Uid } from "../../domain/mailbox/Uid.ts"
import * as UidSet from "../../domain/mailbox/UidSet.ts"
import type { Flagged, MailboxChange, MailboxNotFound, MailStoreError } from "../../ports/MailStore.ts"
import { dataOf, fieldsFor } from "./commands/FetchData.ts"
import type { ConnectionEnded } from "./Connection.ts"
import type { FetchItem } from "./grammar/FetchItem.ts"
import type { Code, FetchData, PlacementItem, Response } from "./grammar/Response.ts"
import * as MetadataNews from "./MetadataNews.ts"
import type { Selected, State, Store } from "./State.ts"
import * as Telling from "./Telling.ts"
import * as View from "./View.ts"
import * as Watch from "./Watch.ts"
import * as WatchNews from "./WatchNews.ts"
import { follow } from "./Whereabouts.ts"

const noteMetadata = (
  { annotations, enabled, news, watch }: State,
  { entries, mailbox }: Extract<MailboxChange, { _tag: "Metadata" }>
): void => {
  if (!enabled.has("METADATA") && watch === undefined) return
  if (MetadataNews.takeOwn(annotations, mailbox, entries)) return
  if (!enabled.has("METADATA") && watch !== undefined && !Watch.wantsMetadata(watch, mailbox)) return
  MetadataNews.note(annotations, mailbox, entries)
  news.openUnsafe()
}

/** Takes up one change of the feed. */
export const note = (state: State, change: MailboxChange): void => {
  const { news, selected, watch } = state
  if (change._tag === "Metadata") return noteMetadata(state, change)
  if (watch !== undefined && Watch.note(watch, change)) news.openUnsafe()
  if (selected === undefined) return
  // The selected mailbox may be the one that was deleted.
  const isNews = change._tag === "Mailboxes" ||
    (change.mailbox === selected.mailbox && change.modSeq > selected.modSeq)
  if (isNews) news.openUnsafe()
}

/** What the client wants to hear of the selected mailbox. */
interface Wanted {
  readonly flags: boolean
  /** Of new messages. */
  readonly items: ReadonlyArray<FetchItem>
}
const ALL: Wanted = { flags: true, items: [] }

/** Nothing, where undefined. */
const wantedOf = ({ watch }: State): Wanted | undefined => {
  if (watch === undefined) return ALL
  const { events = [], items = [] } = Watch.selectedGroup(watch) ?? {}
  return events.includes("MessageNew") ? { flags: events.includes("FlagChange"), items } : undefined
}

/** Brings the view up to date. Message numbers mean what they meant: what is gone waits in it to be told. */
const absorb = (
  state: State,
  store: Store,
  selected: Selected
): Effect.Effect<void, MailStoreError | ConnectionEnded> =>
  Effect.suspend(() => store.changedSince(selected.mailbox, selected.modSeq)).pipe(
    Effect.map(({ changed, modSeq, vanished }) => {
      selected.modSeq = modSeq
      if (changed.length === 0 && vanished.length === 0) return
      selected.view = View.noteVanished(View.noteChanged(selected.view, changed), vanished)
    }),
    Effect.catchTag("MailboxNotFound", () =>
      Effect.flatMap(follow(state, store, selected), (isThere) => {
        if (isThere) return absorb(state, store, selected)
        // A deleted mailbox is an empty one to those who have it open (RFC 2180 §3.3).
        selected.view = View.noteVanished(selected.view, UidSet.all)
        return Effect.void
      }))
  )

/** Names messages as the client knows them; undefined those that it was not told of. */
export const fetched = (
  { enabled }: State,
  view: View.View
): (uid: Uid, data: ReadonlyArray<FetchData>) => Response | undefined => {
  const numberOf = View.numbering(view)
  const isUidOnly = enabled.has("UIDONLY")
  return (uid, data) => {
    const number = numberOf(uid)
    if (number === undefined) return undefined
    return isUidOnly
      ? { _tag: "Fetch", name: "UIDFETCH", number: uid, data }
      : { _tag: "Fetch", name: "FETCH", number, data }
  }
}

/**
 * The session's own change of flags. The client knows it, or asked not to hear; only where another's change came
 * between is it told once more.
 */
export const flag = Effect.fnUntraced(function*(
  state: State,
  store: Store,
  selected: Selected,
  uids: UidSet.UidSet,
  operation: FlagOperation,
  flags: ReadonlyArray<Flag>,
  unchangedSince?: ModSeq
): Effect.fn.Return<Flagged, MailStoreError | MailboxNotFound | ConnectionEnded> {
  yield* absorb(state, store, selected)
  const options = unchangedSince === undefined ? {} : { unchangedSince }
  const flagged = yield* store.flag(selected.mailbox, uids, operation, flags, options)
  if (flagged.modSeq === selected.modSeq + 1) selected.modSeq = flagged.modSeq
  return flagged
})

/** What was asked of new messages, but those that the session put there itself (RFC 5465 §5.2). */
const tellNew = (
  state: State,
  store: Store,
  { mailbox, view }: Selected,
  added: UidSet.UidSet,
  items: ReadonlyArray<FetchItem>
): Effect.Effect<void, MailStoreError | ConnectionEnded> => {
  const { watch } = state
  if (watch === undefined || added.length === 0) return Effect.void
  const own = UidSet.fromUids(Watch.takeOwn(watch, mailbox, 0, View.highest(view) + 1))
  if (items.length === 0) return Effect.void
  const respond = fetched(state, view)
  return Stream.runForEachArray(store.fetch(mailbox, UidSet.difference(added, own), fieldsFor(items)), (records) => {
    const responses = records.flatMap((record) =>
      respond(record.uid, items.flatMap((item) => dataOf(record, item) ?? [])) ?? []
    )
    return state.dialogue.send(responses)
  }).pipe(Effect.catchTag("MailboxNotFound", () => Effect.void))
}

/** New messages, and no more: what else is told must not come before what the command does. */
export const announce = Effect.fnUntraced(function*(
  state: State,
  store: Store,
  selected: Selected
): Effect.fn.Return<void, MailStoreError | ConnectionEnded> {
  const wanted = wantedOf(state)
  if (wanted === undefined) return
  yield* absorb(state, store, selected)
  const { added } = selected.view
  if (added.length === 0) return
  selected.view = View.tellAdded(selected.view)
  yield* state.dialogue.send([{ _tag: "Exists", count: selected.view.uids.length }])
  yield* tellNew(state, store, selected, added, wanted.items)
})

/** What flags those have now, with modseqs where the client goes by them. */
export const tellFlags = (
  state: State,
  store: Store,
  { mailbox, view }: Selected,
  uids: UidSet.UidSet
): Effect.Effect<void, MailStoreError | MailboxNotFound | ConnectionEnded> => {
  const items: Array<PlacementItem> = state.enabled.has("UIDONLY") ? ["Flags"] : ["Uid", "Flags"]
  if (state.enabled.has("CONDSTORE")) items.push("ModSeq")
  return Effect.flatMap(store.snapshot(mailbox), ({ placements }) => Telling.tell(state, view, placements, uids, items))
}

/** Annotations that others changed, of mailboxes that there are. */
const tellAnnotations = Effect.fnUntraced(function*(
  { annotations, dialogue }: State,
  store: Store
): Effect.fn.Return<void, MailStoreError | ConnectionEnded> {
  for (const [holder, entries] of MetadataNews.take(annotations)) {
    const name = holder === undefined ? Option.some("") : yield* store.mailboxById(holder).pipe(
      Effect.map(({ name }) => Option.some(name)),
      Effect.catchTag("MailboxNotFound", () => Effect.succeed(Option.none<string>()))
    )
    if (Option.isSome(name)) yield* dialogue.send([{ _tag: "MetadataChanged", mailbox: name.value, entries }])
  }
})

/** So many lines are made between two turns of others. */
const AT_ONCE = 2000

const tellExpunged = Effect.fnUntraced(function*(
  dialogue: State["dialogue"],
  numbers: ReadonlyArray<number>
): Effect.fn.Return<void, ConnectionEnded> {
  for (let at = 0; at < numbers.length; at += AT_ONCE) {
    if (at > 0) yield* Effect.yieldNow
    yield* dialogue.send(numbers.slice(at, at + AT_ONCE).map((number) => ({ _tag: "Expunge", number })))
  }
})

/** Everything the client may hear now: EXPUNGE (where allowed), EXISTS, FETCH of new flags. */
const tellSelected = Effect.fnUntraced(function*(
  state: State,
  store: Store,
  selected: Selected,
  mayExpunge: boolean,
  { flags, items }: Wanted
): Effect.fn.Return<void, MailStoreError | ConnectionEnded> {
  const { dialogue, enabled } = state
  yield* absorb(state, store, selected)
  if (!View.hasNews(selected.view)) return
  const { added } = selected.view
  const [told, view] = View.tell(selected.view, mayExpunge)
  selected.view = view
  if (enabled.has("QRESYNC") || enabled.has("UIDONLY")) {
    const uids = UidSet.encode(told.vanished)
    if (uids !== "") yield* dialogue.send([{ _tag: "Vanished", earlier: false, uids }])
  } else yield* tellExpunged(dialogue, told.expunged)
  if (told.exists !== undefined) yield* dialogue.send([{ _tag: "Exists", count: told.exists }])
  yield* tellNew(state, store, selected, added, items)
  if (told.changed.length === 0 || !flags) return
  yield* tellFlags(state, store, selected, told.changed).pipe(
    Effect.catchTag("MailboxNotFound", () => Effect.void)
  )
})

const tellElsewhere = (state: State, store: Store): Effect.Effect<void, MailStoreError | ConnectionEnded> =>
  Effect.andThen(tellAnnotations(state, store), WatchNews.tellOthers(state, store))

/** Of annotations, of other mailboxes and of the selected one: what the client wants to hear. */
export const tell = (state: State, mayExpunge: boolean): Effect.Effect<void, MailStoreError | ConnectionEnded> =>
  Effect.suspend(() => {
    const { annotations, selected, store, watch } = state
    if (store === undefined) return Effect.void
    const wanted = wantedOf(state)
    const here = selected === undefined || wanted === undefined
      ? Effect.void
      : tellSelected(state, store, selected, mayExpunge, wanted)
    // After each command: most sessions have nothing elsewhere to hear of.
    return watch === undefined && annotations.changed.size === 0
      ? here
      : Effect.andThen(tellElsewhere(state, store), here)
  })

/** As `tell`, and all of the selected mailbox, whatever the client wants to hear of it: it is part of what was done. */
export const tellAll = Effect.fnUntraced(function*(
  state: State
): Effect.fn.Return<void, MailStoreError | ConnectionEnded> {
  const { selected, store } = state
  if (store === undefined) return
  yield* tellElsewhere(state, store)
  const items = wantedOf(state)?.items ?? []
  if (selected !== undefined) yield* tellSelected(state, store, selected, true, { flags: true, items })
})

/** Tells all, then says up to which modseq, where the client goes by them (RFC 7162 §3.2.7). */
export const tellUpTo = Effect.fnUntraced(function*(
  state: State,
  selected: Selected
): Effect.fn.Return<Code | undefined, MailStoreError | ConnectionEnded> {
  yield* tellAll(state)
  return state.enabled.has("CONDSTORE")
    ? { _tag: "Number", word: "HIGHESTMODSEQ", value: selected.modSeq }
    : undefined
})
