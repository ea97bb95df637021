/** SEARCH (RFC 3501 §6.4.4, RFC 4731), SORT and THREAD (RFC 5256, RFC 5267 §3). */
import { Effect, Stream } from "effect"
import { inTurns, sort as inOrder, thread as inThreads } from "../../../domain/mail/Order.ts"
import * as Thread from "../../../domain/mailbox/Thread.ts"
import type { ModSeq, Uid } from "../../../domain/mailbox/Uid.ts"
import * as UidSet from "../../../domain/mailbox/UidSet.ts"
import { MailStore } from "../../../ports/MailStore.ts"
import type * as Grammar from "../grammar/SearchCommand.ts"
import { type CommandError, type Completion, done, misused, type Selected, type State, type Store } from "../State.ts"
import { usesModSeqs } from "./Enable.ts"
import { concerned, extendedSearch, listed, nameOf } from "./ExtendedSearch.ts"
import { matches } from "./Matches.ts"

const highestModSeq = (store: Store, selected: Selected, uids: ReadonlyArray<Uid>) =>
  store.fetch(selected.mailbox, UidSet.fromUids(uids), {}).pipe(
    Stream.runFold((): ModSeq => 0, (highest, { modSeq }) => Math.max(highest, modSeq)),
    Effect.map((highest) => highest === 0 ? undefined : highest)
  )

const ALL: Grammar.Returns = { min: false, max: false, all: true, count: false, save: false, partial: undefined }

const answer = Effect.fnUntraced(function*(
  state: State,
  store: Store,
  selected: Selected,
  tag: string,
  command: Grammar.Search | Grammar.Sort,
  found: ReadonlyArray<Uid>
): Effect.fn.Return<void, CommandError> {
  const { uid } = command
  const isSorted = command._tag === "Sort"
  // IMAP4rev2 has no SEARCH response (RFC 9051 §6.4.4).
  const returns = command.returns ?? (!isSorted && state.enabled.has("IMAP4rev2") ? ALL : undefined)
  const about = returns === undefined ? found : concerned(found, returns)
  const modSeq = usesModSeqs(command) ? yield* highestModSeq(store, selected, about) : undefined
  if (returns === undefined) {
    const numbers = yield* inTurns(listed(found, nameOf(selected.view, uid), " "))
    return yield* state.dialogue.send([{ _tag: "Numbers", name: isSorted ? "SORT" : "SEARCH", numbers, modSeq }])
  }
  if (returns.save) selected.saved = UidSet.fromUids(about)
  const { all, count, max, min, partial } = returns
  if (returns.save && !(all || count || max || min || partial !== undefined)) return
  const told = yield* inTurns(extendedSearch(selected, found, returns, { tag, uid, isSorted, modSeq }))
  yield* state.dialogue.send([{ _tag: "ExtendedSearch", ...told }])
})

/** A search that fails leaves nothing in `$`; one that cannot be read leaves it as it was (RFC 5182 §2.1). */
const forgetting = <A, E extends CommandError, R>(
  selected: Selected,
  { returns }: Grammar.Search | Grammar.Sort,
  search: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.tapError(search, (error) =>
    Effect.sync(() => {
      const isUnread = error._tag === "Refused" && error.completion.status === "BAD"
      if (returns?.save === true && !isUnread) selected.saved = UidSet.empty
    }))

/** RFC 6855 §3 */
const charsetGiven = misused("UTF8=ACCEPT is enabled: all text is in UTF-8, and CHARSET is not said")

export const search = (
  state: State,
  store: Store,
  selected: Selected,
  tag: string,
  command: Grammar.Search
): Effect.Effect<Completion, CommandError> =>
  command.charset !== undefined && state.enabled.has("UTF8=ACCEPT") ?
    Effect.succeed(charsetGiven) :
    matches(store, selected, command).pipe(
      (search) => forgetting(selected, command, search),
      Effect.flatMap((found) => answer(state, store, selected, tag, command, found)),
      Effect.as(done("SEARCH done"))
    )

export const sort = (
  state: State,
  store: Store,
  selected: Selected,
  tag: string,
  command: Grammar.Sort
): Effect.Effect<Completion, CommandError> =>
  matches(store, selected, command).pipe(
    Effect.flatMap((found) => inOrder(selected.mailbox, UidSet.fromUids(found), command.criteria)),
    Effect.provideService(MailStore, store),
    (search) => forgetting(selected, command, search),
    Effect.flatMap((found) => answer(state, store, selected, tag, command, found)),
    Effect.as(done("SORT done"))
  )

export const thread = Effect.fnUntraced(function*(
  { dialogue }: State,
  store: Store,
  selected: Selected,
  command: Grammar.Thread
): Effect.fn.Return<Completion, CommandError> {
  const found = UidSet.fromUids(yield* matches(store, selected, command))
  const threads = yield* inThreads(selected.mailbox, found, command.algorithm).pipe(
    Effect.provideService(MailStore, store)
  )
  const encoded = yield* inTurns(Thread.encode(threads, nameOf(selected.view, command.uid)))
  yield* dialogue.send([{ _tag: "Thread", threads: encoded }])
  return done("THREAD done")
})
