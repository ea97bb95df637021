/** SEARCH (RFC 3501 §6.4.4): keys to the store's query, its answer to numbers of what the session was told. */
import { Clock, Effect, Result } from "effect"
import type { SearchQuery } from "../../../domain/mailbox/SearchQuery.ts"
import * as UidSet from "../../../domain/mailbox/UidSet.ts"
import { fromLatin1 } from "../../../domain/message/Latin1.ts"
import type { Command } from "../grammar/Command.ts"
import type { SearchKey } from "../grammar/SearchKey.ts"
import { resolve } from "../grammar/SequenceSet.ts"
import {
  type CommandError,
  type Completion,
  done,
  no,
  type Refused,
  type Selected,
  type State,
  type Store
} from "../State.ts"
import * as View from "../View.ts"
import { addressed } from "./Addressed.ts"

const CHARSETS = ["US-ASCII", "UTF-8"]

const utf8 = new TextDecoder()
const decoded = (octets: string): string => utf8.decode(fromLatin1(octets))

const FIELDS = { FROM: "from", TO: "to", CC: "cc", BCC: "bcc", SUBJECT: "subject" } as const

const NOTHING: SearchQuery = { _tag: "Not", query: { _tag: "All" } }

type Asked = Result.Result<SearchQuery, Refused>

/** Fails where a key names a message number that there is not. */
const query = (selected: Selected, key: SearchKey): Asked => {
  switch (key._tag) {
    case "All":
      return Result.succeed({ _tag: "All" })
    case "None":
      return Result.succeed(NOTHING)
    case "Sequence":
      return Result.map(addressed(selected, key.set, false), (uids) => ({ _tag: "Uids", uids }))
    case "Uid":
      return Result.succeed({ _tag: "Uids", uids: resolve(key.set, View.highest(selected.view)) })
    case "Flag": {
      const has: SearchQuery = { _tag: "HasFlag", flag: key.flag }
      return Result.succeed(key.set ? has : { _tag: "Not", query: has })
    }
    case "Text": {
      const text = decoded(key.text)
      if (key.field === "BODY") return Result.succeed({ _tag: "Body", text })
      if (key.field === "TEXT") return Result.succeed({ _tag: "Text", text })
      return Result.succeed({ _tag: "Envelope", field: FIELDS[key.field], text })
    }
    case "Header":
      return Result.succeed({ _tag: "Header", field: key.field, text: decoded(key.text) })
    case "Date":
    case "Larger":
    case "Smaller":
      return Result.succeed(key)
    case "Not":
      return Result.map(query(selected, key.key), (inner) => ({ _tag: "Not", query: inner }))
    case "Or":
      return Result.map(
        Result.all([query(selected, key.left), query(selected, key.right)]),
        (queries) => ({ _tag: "Or", queries })
      )
    case "And":
      return Result.map(
        Result.all(key.keys.map((inner) => query(selected, inner))),
        (queries) => ({ _tag: "And", queries })
      )
  }
}

export const search = Effect.fnUntraced(function*(
  state: State,
  store: Store,
  selected: Selected,
  { charset, key, uid }: Extract<Command, { _tag: "Search" }>
): Effect.fn.Return<Completion, CommandError> {
  if (charset !== undefined && !CHARSETS.includes(charset.toUpperCase())) {
    return no("This server searches in UTF-8", { _tag: "BadCharset", known: CHARSETS })
  }
  const asked = yield* Effect.fromResult(query(selected, key))
  const found = yield* store.search(selected.mailbox, asked, yield* Clock.currentTimeMillis)
  // A message that came during the search has no number yet.
  const told = UidSet.select(UidSet.fromUids(found), selected.view.uids)
  const numbers = uid ? told : told.map((one) => View.numberOf(selected.view, one) ?? 0)
  yield* state.dialogue.send([{ _tag: "Search", numbers }])
  return done("SEARCH done")
})
