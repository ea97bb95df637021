/** STORE (RFC 3501 §6.4.6). */
import { Effect, Stream } from "effect"
import type { Command } from "../grammar/Command.ts"
import type { FetchData, Response } from "../grammar/Response.ts"
import * as News from "../News.ts"
import { type CommandError, type Completion, done, type Selected, type State, type Store } from "../State.ts"
import * as View from "../View.ts"
import { addressed, writable } from "./Addressed.ts"

export const store = Effect.fnUntraced(function*(
  { dialogue }: State,
  mail: Store,
  selected: Selected,
  { flags, operation, set, silent, uid }: Extract<Command, { _tag: "Store" }>
): Effect.fn.Return<Completion, CommandError> {
  yield* writable(selected)
  const uids = yield* Effect.fromResult(addressed(selected, set, uid))
  yield* News.flag(mail, selected, uids, operation, flags)
  if (silent) return done("STORE done")
  // Those that had the flags before are told, too: the client learns what is, not what changed.
  yield* mail.fetch(selected.mailbox, uids, {}).pipe(Stream.runForEachArray((records) => {
    const responses: Array<Response> = []
    for (const record of records) {
      const number = View.numberOf(selected.view, record.uid)
      if (number === undefined) continue
      const data: Array<FetchData> = [{ _tag: "Flags", flags: record.flags }]
      if (uid) data.unshift({ _tag: "Uid", uid: record.uid })
      responses.push({ _tag: "Fetch", number, data })
    }
    return dialogue.send(responses)
  }))
  return done("STORE done")
})
