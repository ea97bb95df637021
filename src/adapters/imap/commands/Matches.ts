/** What SEARCH, SORT and THREAD have in common: keys to the store's query, its answer to what the session was told. */
import { Clock, Effect, Option, Result, Schema } from "effect"
import { EmailId } from "../../../domain/mailbox/Mailbox.ts"
import type { SearchQuery } from "../../../domain/mailbox/SearchQuery.ts"
import type { Uid } from "../../../domain/mailbox/Uid.ts"
import { fromLatin1 } from "../../../domain/message/Latin1.ts"
import type { SearchKey } from "../grammar/SearchKey.ts"
import { type CommandError, no, type Refused, refused, type Selected, type Store } from "../State.ts"
import * as View from "../View.ts"
import { addressed } from "./Addressed.ts"

const CHARSETS = ["US-ASCII", "UTF-8"]

const utf8 = new TextDecoder()
const decoded = (octets: string): string => utf8.decode(fromLatin1(octets))

const FIELDS = { FROM: "from", TO: "to", CC: "cc", BCC: "bcc", SUBJECT: "subject" } as const

const NOTHING: SearchQuery = { _tag: "Not", query: { _tag: "All" } }

type Asked = Result.Result<SearchQuery, Refused>

const emailId = Schema.decodeUnknownOption(EmailId)

/** Fails where a key names a message number that there is not. */
const query = (selected: Selected, key: SearchKey): Asked => {
  switch (key._tag) {
    case "All":
      return Result.succeed({ _tag: "All" })
    case "None":
      return Result.succeed(NOTHING)
    case "Sequence":
    case "Uid":
      return Result.map(addressed(selected, key.set, key._tag === "Uid"), (uids) => ({ _tag: "Uids", uids }))
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
    case "EmailId":
      return Result.succeed(
        Option.match(emailId(key.id), { onNone: () => NOTHING, onSome: (id): SearchQuery => ({ _tag: "EmailId", id }) })
      )
    case "ThreadId":
    case "ModSeq":
    case "Younger":
    case "Older":
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

/** Ascending. A message that came during the search has no number yet, and is not among them. */
export const matches = Effect.fnUntraced(function*(
  store: Store,
  selected: Selected,
  { charset, key }: { readonly charset: string | undefined; readonly key: SearchKey }
): Effect.fn.Return<ReadonlyArray<Uid>, CommandError> {
  if (charset !== undefined && !CHARSETS.includes(charset)) {
    return yield* refused(no("This server searches in UTF-8", { _tag: "BadCharset", known: CHARSETS }))
  }
  const asked = yield* Effect.fromResult(query(selected, key))
  const found = yield* store.search(selected.mailbox, asked, yield* Clock.currentTimeMillis)
  return View.among(selected.view, found)
})
