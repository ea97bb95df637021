/** One client's session (RFC 3501 §3): commands one after another, each answered, whatever goes wrong. */
import { Cause, Clock, Duration, Effect, Fiber, Latch, Result, Scope } from "effect"
import type { Accounts, AccountsError } from "../../ports/Accounts.ts"
import { capabilities } from "./Capabilities.ts"
import { append, replace } from "./commands/Append.ts"
import { compress } from "./commands/Compress.ts"
import { copy } from "./commands/Copy.ts"
import { enable, enableCondstore, usesModSeqs } from "./commands/Enable.ts"
import { expunge } from "./commands/Expunge.ts"
import { fetch } from "./commands/Fetch.ts"
import { list, lsub } from "./commands/List.ts"
import { handleAuthenticate, handleLogin } from "./commands/Login.ts"
import { create, remove, rename, subscribe } from "./commands/Mailboxes.ts"
import { getMetadata, setMetadata } from "./commands/Metadata.ts"
import { notify } from "./commands/Notify.ts"
import { getQuota, getQuotaRoot } from "./commands/Quota.ts"
import { search, sort, thread } from "./commands/Search.ts"
import { close, idle, select } from "./commands/Select.ts"
import { startTls } from "./commands/StartTls.ts"
import { status } from "./commands/Status.ts"
import { store as storeFlags } from "./commands/Store.ts"
import { uidBatches } from "./commands/UidBatches.ts"
import { usesNumbers } from "./commands/UidOnly.ts"
import { type Connection, ConnectionEnded } from "./Connection.ts"
import * as Dialogue from "./Dialogue.ts"
import type { Command, TaggedCommand } from "./grammar/Command.ts"
import { decode } from "./grammar/Decode.ts"
import { AFTER_LOGIN, BEFORE_LOGIN, LOGIN_PATIENCE, MAX_BAD_COMMANDS } from "./Limits.ts"
import { listen } from "./Listening.ts"
import type { Logins } from "./Logins.ts"
import * as MetadataNews from "./MetadataNews.ts"
import * as News from "./News.ts"
import { patience } from "./Patience.ts"
import { withProgress } from "./Progress.ts"
import {
  type CommandError,
  type Completion,
  done,
  misused,
  no,
  refused,
  type Selected,
  speaksUtf8,
  type State,
  type Store,
  word
} from "./State.ts"
import type { Trace } from "./Trace.ts"
import * as Watch from "./Watch.ts"
import * as WatchNews from "./WatchNews.ts"

type Handling = Effect.Effect<Completion, CommandError | AccountsError, Accounts>

const loginFirst = misused("Log in first")
const selectFirst = misused("Select a mailbox first")
const uidRequired = misused("UIDONLY is enabled: name messages by their uids", word("UIDREQUIRED"))

/** RFC 3501 §6.1: in any state. */
const anytime = (state: State, command: Command): Handling | undefined => {
  const { dialogue } = state
  switch (command._tag) {
    case "Capability":
      return Effect.as(
        dialogue.send([{ _tag: "Capability", names: capabilities(state) }]),
        done("That is what this server can do")
      )
    case "Noop":
      return Effect.succeed(done("NOOP done"))
    case "Logout":
      state.isOver = true
      return Effect.as(
        dialogue.send([{ _tag: "Status", tag: undefined, status: "BYE", code: undefined, text: "Goodbye" }]),
        done("Logged out")
      )
    case "Id":
      return Effect.as(dialogue.send([{ _tag: "Id", fields: [["name", "leap-mail"]] }]), done("ID done"))
    case "StartTls":
      return startTls(state)
    case "Login":
      return handleLogin(state, command)
    case "Authenticate":
      return handleAuthenticate(state, command)
    default:
      return undefined
  }
}

/** RFC 3501 §6.3: logged in. */
const authenticated = (state: State, store: Store, command: Command): Handling | undefined => {
  switch (command._tag) {
    case "Compress":
      return compress(state, command)
    case "Enable":
      return enable(state, command)
    case "Namespace":
      return Effect.as(state.dialogue.send([{ _tag: "Namespace" }]), done("NAMESPACE done"))
    case "List":
      return list(state, store, command)
    case "Lsub":
      return lsub(state, store, command)
    case "Select":
      return select(state, store, command)
    case "Status":
      return status(state, store, command)
    case "Create":
      return create(state, store, command)
    case "Delete":
      return remove(state, store, command.mailbox)
    case "Rename":
      return rename(state, store, command)
    case "Subscribe":
      return subscribe(store, command)
    case "Append":
      return append(state, store, command)
    case "Notify":
      return notify(state, store, command)
    case "GetMetadata":
      return getMetadata(state, store, command)
    case "SetMetadata":
      return setMetadata(state, store, command)
    case "GetQuota":
      return getQuota(state, store, command)
    case "GetQuotaRoot":
      return getQuotaRoot(state, store, command)
    case "Idle":
      return idle(state)
    default:
      return undefined
  }
}

/** RFC 3501 §6.4: a mailbox is selected. */
const inMailbox = (state: State, store: Store, selected: Selected, { command, tag }: TaggedCommand): Handling => {
  switch (command._tag) {
    case "Check":
      return Effect.succeed(done("CHECK done"))
    case "Close":
      return close(state, store, selected, true)
    case "Unselect":
      return close(state, store, selected, false)
    case "Expunge":
      return expunge(state, store, selected, command)
    case "Search":
      return search(state, store, selected, tag, command)
    case "Sort":
      return sort(state, store, selected, tag, command)
    case "Thread":
      return thread(state, store, selected, command)
    case "Fetch":
      return fetch(state, store, selected, command)
    case "Store":
      return storeFlags(state, store, selected, command)
    case "Copy":
      return copy(state, store, selected, command)
    case "Replace":
      return replace(state, store, selected, command)
    case "UidBatches":
      return uidBatches(state, selected, tag, command)
    default:
      return Effect.succeed(misused("This command is not known"))
  }
}

const isByUid = (command: Command): boolean => "uid" in command && command.uid

const handle = (state: State, tagged: TaggedCommand): Handling => {
  const { command } = tagged
  const always = anytime(state, command)
  if (always !== undefined) return always
  const { store } = state
  if (store === undefined) return Effect.succeed(loginFirst)
  // SELECT tells the modseq itself, of the mailbox that is selected then.
  if (command._tag === "Select" && command.condstore) state.enabled.add("CONDSTORE")
  const named = authenticated(state, store, command)
  if (named !== undefined) {
    return named.pipe(
      (handling) => usesModSeqs(command) ? Effect.andThen(enableCondstore(state), handling) : handling,
      (handling) =>
        state.watch === undefined ? handling : Effect.tap(handling, WatchNews.learnOwn(state.watch, store, command))
    )
  }
  const { selected } = state
  if (selected === undefined) return Effect.succeed(selectFirst)
  if (state.enabled.has("UIDONLY") && usesNumbers(command)) return Effect.succeed(uidRequired)
  return inMailbox(state, store, selected, tagged).pipe(
    (handling) => usesModSeqs(command) ? Effect.andThen(enableCondstore(state), handling) : handling,
    // A uid that another session was told of is known here, too.
    (handling) => isByUid(command) ? Effect.andThen(News.announce(state, store, selected), handling) : handling,
    Effect.catchTag("MailboxNotFound", () => refused(no("The selected mailbox was deleted", word("NONEXISTENT"))))
  )
}

const overQuota = no("The disk is full: make room and try again", word("OVERQUOTA"))

const failed = (error: { readonly operation: string; readonly isFull?: boolean }) =>
  error.isFull === true ? Effect.succeed(overQuota) : Effect.as(
    Effect.logError("An IMAP command failed", error),
    no("The mail store failed; try again later", word("UNAVAILABLE"))
  )

const REFUSALS = { exists: "ALREADYEXISTS", cannot: "CANNOT", hasChildren: "HASCHILDREN" } as const

/** Every way to fail but the end of the connection is an answer (RFC 5530). */
const answered = (handling: Handling): Effect.Effect<Completion, ConnectionEnded, Accounts> =>
  handling.pipe(
    Effect.catchTags({
      MailboxNotFound: ({ mailbox }) => Effect.succeed(no(`There is no mailbox ${mailbox}`, word("NONEXISTENT"))),
      MailboxRefused: ({ code, reason }) => Effect.succeed(no(reason, word(REFUSALS[code]))),
      MailStoreError: failed,
      AccountsError: failed,
      Refused: ({ completion }) => Effect.succeed(completion)
    }),
    Effect.catchDefect((defect) =>
      Effect.as(
        Effect.logError("An IMAP command tripped the server", Cause.die(defect)),
        no("The server failed on this command; please report it", word("SERVERBUG"))
      )
    )
  )

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
const MOST_UNDER_WAY = 16
/** A large one is worth a commit of its own. */
const MOST_OCTETS = 65_536

const makeState = Effect.fnUntraced(function*(connection: Connection, logins: Logins) {
  const state: State = {
    dialogue: Dialogue.make(connection, Effect.suspend(() => patience(state)), () => speaksUtf8(state)),
    scope: yield* Scope.Scope,
    isPrivate: connection.isPrivate,
    startTls: connection.startTls,
    compression: connection.isLocal ? "never" : "off",
    logins,
    loginUntil: (yield* Clock.currentTimeMillis) + Duration.toMillis(LOGIN_PATIENCE),
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

  const begin = (tagged: TaggedCommand) => answered(withProgress(state, tagged, handle(state, tagged)))

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
  const settle = Effect.suspend(() =>
    Effect.forEach(
      underWay.splice(0),
      ({ fiber, tagged }) => Effect.flatMap(Fiber.join(fiber), (completion) => finish(tagged, completion)),
      { discard: true }
    )
  )

  while (!state.isOver) {
    const limits = state.store === undefined ? BEFORE_LOGIN : AFTER_LOGIN
    const octets = yield* state.watch === undefined ? dialogue.receive(limits, settle) : listen(state, unasked(state))
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
      underWay.push({ tagged, fiber: yield* Effect.forkChild(begin(tagged), { startImmediately: true }) })
    } else {
      const completion = yield* begin(decoded.success)
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
    yield* converse(state, trace)
    if (trace !== undefined) yield* trace.ended("logged out")
  }).pipe(
    Effect.catchTag(
      "ConnectionEnded",
      ({ reason }) => trace === undefined ? Effect.logDebug("An IMAP client is gone", reason) : trace.ended(reason)
    )
  )
}, Effect.scoped)
