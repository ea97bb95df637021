/** A client whose command takes long hears that it goes on (RFC 9585), so that it does not give up. */
import { Duration, Effect } from "effect"
import type { ConnectionEnded } from "./Connection.ts"
import type { Command, TaggedCommand } from "./grammar/Command.ts"
import type { State } from "./State.ts"

const EVERY = Duration.seconds(10)

/** The others answer as they go. */
const LONG: ReadonlySet<Command["_tag"]> = new Set([
  "Search",
  "Sort",
  "Thread",
  "Copy",
  "Store",
  "Expunge",
  "Append",
  "Replace"
])

/** How far it is nobody knows: the store answers all at once. */
const tell = ({ dialogue }: State, tag: string): Effect.Effect<never, ConnectionEnded> =>
  Effect.sleep(EVERY).pipe(
    Effect.andThen(dialogue.send([{
      _tag: "Status",
      tag: undefined,
      status: "OK",
      code: { _tag: "InProgress", tag },
      text: "Still at it"
    }])),
    Effect.andThen(dialogue.flush),
    Effect.forever
  )

export const withProgress = <A, E, R>(
  state: State,
  { command, tag }: TaggedCommand,
  handling: Effect.Effect<A, E, R>
): Effect.Effect<A, E | ConnectionEnded, R> =>
  LONG.has(command._tag) ? Effect.raceFirst(handling, tell(state, tag)) : handling
