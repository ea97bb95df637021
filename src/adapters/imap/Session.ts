/** One client's session (RFC 3501 §3): commands one after another, each answered, whatever goes wrong. */
import { Clock, Duration, Effect, Fiber, Latch, Result, Scope } from "effect"
import type { Accounts } from "../../ports/Accounts.ts"
import { capabilities } from "./Capabilities.ts"
import { type Connection, ConnectionEnded } from "./Connection.ts"
import * as Dialogue from "./Dialogue.ts"
import type { Command, TaggedCommand } from "./grammar/Command.ts"
import { decode } from "./grammar/Decode.ts"
import { answer, isByUid } from "./Handling.ts"
import { AFTER_LOGIN, BEFORE_LOGIN, LOGIN_PATIENCE, MAX_BAD_COMMANDS } from "./Limits.ts"
import { listen } from "./Listening.ts"
import type { Logins } from "./Logins.ts"
import * as MetadataNews from "./MetadataNews.ts"
import * as News from "./News.ts"
import { until } from "./Patience.ts"
import { type Completion, speaksUtf8, type State, word } from "./State.ts"
import type { Trace } from "./Trace.ts"
import * as Watch from "./Watch.ts"
import * as WatchNews from "./WatchNews.ts"

/** Numbers keep their meaning during these (RFC 3501 §7.4.1, RFC 5256 §3). */
const KEEPS_NUMBERS: ReadonlySet<Command["_tag"]> = new Set(["Fetch", "Store", "Search", "Sort", "Thread"])
const mayExpunge = (command: Command): boolean => !KEEPS_NUMBERS.has(command._tag) || isByUid(command)

/** What is gone cannot be told yet: a hint to ask (RFC 2180, RFC 5530). */
const withHint = (completion: Completion, command: Command, { selected }: State): Completion =>
  !mayExpunge(command) && completion.status === "OK" && selected !== undefined && selected.view.vanished.length > 0
    ? { ...completion, code: word("EXPUNGEISSUED") }
    : completion

/**
 * A client that goes on without waiting (RFC 3501 §5.5) may have its messages put on disk together: what one APPEND does
 * to the next is nothing but the order of their uids. Not where it takes parts of what is there.
 */
const goesOnAhead = (command: Command): boolean =>
  command._tag === "Append" && command.messages.every(({ parts }) => parts.every(({ _tag }) => _tag === "Text"))

/** Messages between two turns of other sessions. */
const MOST_UNDER_WAY = 32
/** A large one is worth a commit of its own. */
const MOST_OCTETS = 65_536

const makeState = Effect.fnUntraced(function*(connection: Connection, logins: Logins) {
  const clock = yield* Clock.Clock
  const state: State = {
    dialogue: Dialogue.make(connection, clock, (now) => until(state, now), () => speaksUtf8(state)),
    scope: yield* Scope.Scope,
    isPrivate: connection.isPrivate,
    startTls: connection.startTls,
    compression: connection.isLocal ? "never" : "off",
    logins,
    loginUntil: clock.currentTimeMillisUnsafe() + Duration.toMillis(LOGIN_PATIENCE),
    store: undefined,
    selected: undefined,
    enabled: new Set(),
    annotations: MetadataNews.make(),
    watch: undefined,
    badLogins: 0,
    isOver: false,
    news: yield* Latch.make()
  }
  return state
})

/** What NOTIFY asked to be told between commands. Where it cannot be known any more, the client is to know that. */
const unasked = (state: State): Effect.Effect<void, ConnectionEnded> =>
  Effect.suspend(() => {
    const { watch } = state
    if (watch === undefined || watch.groups.length === 0) return Effect.void
    const filter = Watch.selectedGroup(watch)?.filter
    return News.tell(state, filter?._tag === "Selected" && !filter.delayed)
  }).pipe(
    Effect.catchTag("MailStoreError", (error) =>
      Effect.andThen(Effect.logError("IMAP news could not be read", error), WatchNews.overflow(state)))
  )

const converse = Effect.fnUntraced(function*(
  state: State,
  trace: Trace | undefined
): Effect.fn.Return<void, ConnectionEnded, Accounts> {
  const { dialogue } = state
  let badCommands = 0

  const finish = Effect.fnUntraced(function*({ command, tag }: TaggedCommand, completion: Completion) {
    yield* News.tell(state, mayExpunge(command)).pipe(
      Effect.catchTag("MailStoreError", (error) => Effect.logError("IMAP news could not be read", error))
    )
    const { code, status, text } = withHint(completion, command, state)
    yield* dialogue.send([{ _tag: "Status", tag, status, code, text }])
    if (trace !== undefined) yield* trace.answered(command, completion)
    if (completion.afterwards !== undefined) yield* Effect.andThen(dialogue.flush, completion.afterwards)
    if (completion.status === "OK") badCommands = 0
  })

  const underWay: Array<{ readonly tagged: TaggedCommand; readonly fiber: Fiber.Fiber<Completion, ConnectionEnded> }> =
    []
  const isAny = () => underWay.length > 0
  const settle = Effect.suspend(() =>
    Effect.forEach(
      underWay.splice(0),
      ({ fiber, tagged }) => Effect.flatMap(Fiber.join(fiber), (completion) => finish(tagged, completion)),
      { discard: true }
    )
  )

  while (!state.isOver) {
    const limits = state.store === undefined ? BEFORE_LOGIN : AFTER_LOGIN
    const octets = yield* state.watch === undefined
      ? dialogue.receive(limits, { isAny, settle })
      : listen(state, unasked(state))
    if (trace !== undefined) yield* trace.received
    const decoded = decode(octets, speaksUtf8(state))
    const isTogether = Result.isSuccess(decoded) && trace === undefined &&
      state.watch === undefined && octets.length <= MOST_OCTETS &&
      goesOnAhead(decoded.success.command)
    if (!isTogether || underWay.length >= MOST_UNDER_WAY) yield* settle
    if (Result.isFailure(decoded)) {
      const { at, isLimit, sentence, tag } = decoded.failure
      const code = isLimit === true ? word("LIMIT") : undefined
      const text = `${sentence} (at character ${at + 1})`
      yield* dialogue.send([{ _tag: "Status", tag, status: "BAD", code, text }])
      if (trace !== undefined) yield* trace.unreadable(text)
      if (++badCommands >= MAX_BAD_COMMANDS) {
        return yield* dialogue.hangUp("Too many commands that cannot be read", word("CLIENTBUG"))
      }
    } else if (isTogether && dialogue.isAhead()) {
      const tagged = decoded.success
      underWay.push({ tagged, fiber: yield* Effect.forkChild(answer(state, tagged), { startImmediately: true }) })
    } else {
      const completion = yield* answer(state, decoded.success)
      yield* settle
      yield* finish(decoded.success, completion)
    }
  }
  yield* dialogue.flush
})

/** Until the client is gone. `logins` is shared by all sessions. */
export const run = Effect.fn("Session.run")(function*(
  connection: Connection,
  logins: Logins,
  trace?: Trace
) {
  const state = yield* makeState(trace?.connection ?? connection, logins)
  yield* Effect.gen(function*() {
    const code = { _tag: "Capability", names: capabilities(state) } as const
    yield* state.dialogue.send([{ _tag: "Status", tag: undefined, status: "OK", code, text: "leap-mail is ready" }])
    if (trace !== undefined) yield* trace.began
    yield* Effect.raceFirst(converse(state, trace), state.dialogue.watch)
    if (trace !== undefined) yield* trace.ended("logged out")
  }).pipe(
    Effect.catchTag(
      "ConnectionEnded",
      ({ reason }) => trace === undefined ? Effect.logDebug("An IMAP client is gone", reason) : trace.ended(reason)
    )
  )
}, Effect.scoped)
