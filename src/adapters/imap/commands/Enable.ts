/** ENABLE (RFC 5161), and CONDSTORE, which commands that speak of modseqs enable as well (RFC 7162 §3.1). */
import { Effect } from "effect"
import type { ConnectionEnded } from "../Connection.ts"
import type { Command } from "../grammar/Command.ts"
import { some } from "../grammar/SearchKey.ts"
import { type CommandError, type Completion, done, FEATURES, type State } from "../State.ts"

/** From now on the client hears modseqs: this is the one that it begins with. */
export const enableCondstore = ({ dialogue, enabled, selected }: State): Effect.Effect<void, ConnectionEnded> => {
  if (enabled.has("CONDSTORE")) return Effect.void
  enabled.add("CONDSTORE")
  if (selected === undefined) return Effect.void
  const code = { _tag: "Number", word: "HIGHESTMODSEQ", value: selected.modSeq } as const
  return dialogue.send([{ _tag: "Status", tag: undefined, status: "OK", code, text: "Modseqs are told" }])
}

/** What was enabled before is not named again (RFC 5161 §3.2). */
export const enable = Effect.fnUntraced(function*(
  state: State,
  { extensions }: Extract<Command, { _tag: "Enable" }>
): Effect.fn.Return<Completion, CommandError> {
  const names = FEATURES.filter((name) => extensions.includes(name.toUpperCase()) && !state.enabled.has(name))
  yield* state.dialogue.send([{ _tag: "Enabled", names }])
  if (names.includes("CONDSTORE") || names.includes("QRESYNC")) yield* enableCondstore(state)
  for (const name of names) state.enabled.add(name)
  return done("ENABLE done")
})

/** Is it a "CONDSTORE enabling command"? SELECT is one, too, and tells the modseq itself. */
export const usesModSeqs = (command: Command): boolean => {
  switch (command._tag) {
    case "Fetch":
      return command.changedSince !== undefined || command.items.some(({ _tag }) => _tag === "ModSeq")
    case "Store":
      return command.unchangedSince !== undefined
    case "Status":
      return command.items.includes("HIGHESTMODSEQ")
    case "List":
      return command.extended?.returned.status.includes("HIGHESTMODSEQ") === true
    case "Search":
    case "Sort":
    case "Thread":
      return some(command.key, ({ _tag }) => _tag === "ModSeq")
    default:
      return false
  }
}
