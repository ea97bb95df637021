/** COMPRESS (RFC 4978). */
import { Effect, Scope } from "effect"
import type { ConnectionEnded } from "../Connection.ts"
import type { Command } from "../grammar/Command.ts"
import { type Completion, misused, no, type State, word } from "../State.ts"

/** Both sides begin anew behind the answer: what was sent before it is neither the one nor the other. */
export const compress = Effect.fnUntraced(function*(
  state: State,
  { algorithm }: Extract<Command, { _tag: "Compress" }>
): Effect.fn.Return<Completion, ConnectionEnded> {
  const { compression, dialogue } = state
  if (algorithm !== "DEFLATE") return misused("The only compression here is DEFLATE")
  if (compression === "on") return no("Compression is on already", word("COMPRESSIONACTIVE"))
  if (compression === "never") return no("Within this machine compression would only cost time", word("CANNOT"))
  if (dialogue.isAhead()) {
    return yield* dialogue.hangUp("Nothing follows COMPRESS before it is answered", word("CLIENTBUG"))
  }
  state.compression = "on"
  return { status: "OK", text: "Compression is on", afterwards: Scope.provide(dialogue.compress, state.scope) }
})
