/** GETMETADATA and SETMETADATA (RFC 5464 §4.2, §4.3). One person: what is shared is shared among their devices. */
import { Effect, Result } from "effect"
import type { MailboxId } from "../../../domain/mailbox/Mailbox.ts"
import * as Metadata from "../../../domain/mailbox/Metadata.ts"
import type { MetadataRefused } from "../../../ports/MailStore.ts"
import type { Depth, GetMetadata, SetMetadata } from "../grammar/MetadataCommand.ts"
import * as MetadataNews from "../MetadataNews.ts"
import { type CommandError, type Completion, done, misused, no, type State, type Store, word } from "../State.ts"

interface Holder {
  readonly id: MailboxId | undefined
  readonly name: string
}

/** Empty names the server. */
const holder = (store: Store, name: string): Effect.Effect<Holder, CommandError> =>
  name === "" ? Effect.succeed({ id: undefined, name }) : store.mailbox(name)

const isWithin = (entry: Metadata.EntryName, top: Metadata.EntryName, depth: Depth): boolean => {
  if (entry === top) return true
  if (depth === 0 || !entry.startsWith(`${top}/`)) return false
  return depth === "infinity" || !entry.includes("/", top.length + 1)
}

type Told = readonly [Metadata.EntryName, Uint8Array | undefined]

/** Of what was asked, with NIL where there is nothing; and the size of the largest that is too large. */
const choose = (
  all: Metadata.Metadata,
  { depth, entries, maxSize = Number.POSITIVE_INFINITY }: GetMetadata
): { readonly told: ReadonlyArray<Told>; readonly longest: number } => {
  const told = new Map<Metadata.EntryName, Uint8Array | undefined>()
  let longest = 0
  const existing = Array.from(all).sort(([a], [b]) => a < b ? -1 : 1)
  for (const top of entries) {
    const found = existing.filter(([entry]) => isWithin(entry, top, depth))
    if (found.length === 0) told.set(top, undefined)
    for (const [entry, value] of found) {
      if (value.length <= maxSize) told.set(entry, value)
      else longest = Math.max(longest, value.length)
    }
  }
  return { told: Array.from(told), longest }
}

export const getMetadata = Effect.fnUntraced(function*(
  { dialogue }: State,
  store: Store,
  command: GetMetadata
): Effect.fn.Return<Completion, CommandError> {
  const { id, name } = yield* holder(store, command.mailbox)
  const all = yield* store.metadata(id)
  const { longest, told } = choose(all, command)
  // One a response: a client reads them at its own pace.
  for (const one of told) yield* dialogue.send([{ _tag: "Metadata", mailbox: name, entries: [one] }])
  return done("GETMETADATA done", longest === 0 ? undefined : { _tag: "Metadata", word: "LONGENTRIES", value: longest })
})

/** RFC 5464 §3.2.1.1: how to reach who runs the server; here that is the person. */
const ADMIN = "/shared/admin"

const refusal = ({ code, reason }: MetadataRefused): Completion => {
  switch (code) {
    case "badName":
      return misused(reason)
    case "tooBig":
      return no(reason, { _tag: "Metadata", word: "MAXSIZE", value: Metadata.MAX_VALUE_BYTES })
    case "tooMany":
      return no(reason, { _tag: "Metadata", word: "TOOMANY", value: undefined })
  }
}

export const setMetadata = Effect.fnUntraced(function*(
  state: State,
  store: Store,
  { changes, mailbox }: SetMetadata
): Effect.fn.Return<Completion, CommandError> {
  const { id } = yield* holder(store, mailbox)
  if (id === undefined && changes.some(([entry]) => entry === ADMIN)) {
    return no(`Nobody can change ${ADMIN}`, word("CANNOT"))
  }
  const before = yield* store.metadata(id)
  const after = Metadata.change(before, changes)
  const hears = state.enabled.has("METADATA") || state.watch !== undefined
  const own = Result.isSuccess(after) && hears ? Metadata.differing(before, after.success) : []
  const forget = MetadataNews.expect(state.annotations, id, own)
  return yield* store.setMetadata(id, changes).pipe(
    Effect.tapError(() => Effect.sync(forget)),
    Effect.as(done("SETMETADATA done")),
    Effect.catchTag("MetadataRefused", (refused) => Effect.succeed(refusal(refused)))
  )
})
