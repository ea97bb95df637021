/** Which command is whose, in which state (RFC 3501 §6), and how each ends: in an answer. */
import { Cause, Effect } from "effect"
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
import { ConnectionEnded } from "./Connection.ts"
import type { Command, TaggedCommand } from "./grammar/Command.ts"
import * as News from "./News.ts"
import { withProgress } from "./Progress.ts"
import {
  type CommandError,
  type Completion,
  done,
  misused,
  no,
  refused,
  type Selected,
  type State,
  type Store,
  word
} from "./State.ts"
import * as WatchNews from "./WatchNews.ts"
import { follow } from "./Whereabouts.ts"

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

export const isByUid = (command: Command): boolean => "uid" in command && command.uid

/** RFC 7162 §3.1: asking for modseqs enables CONDSTORE, before the answer. */
const enabling = (state: State, command: Command, handling: Handling): Handling =>
  usesModSeqs(command) ? Effect.andThen(enableCondstore(state), handling) : handling

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
    const handling = enabling(state, command, named)
    return state.watch === undefined ? handling : Effect.tap(handling, WatchNews.learnOwn(state.watch, store, command))
  }
  const { selected } = state
  if (selected === undefined) return Effect.succeed(selectFirst)
  if (state.enabled.has("UIDONLY") && usesNumbers(command)) return Effect.succeed(uidRequired)
  return Effect.andThen(
    follow(state, store, selected),
    enabling(state, command, inMailbox(state, store, selected, tagged))
  ).pipe(
    // A uid that another session was told of is known here, too.
    (handling) => isByUid(command) ? Effect.andThen(News.announce(state, store, selected), handling) : handling,
    Effect.catchTag("MailboxNotFound", () => refused(no("The selected mailbox was deleted", word("NONEXISTENT"))))
  )
}

const overQuota = no("The disk is full: make room and try again", word("OVERQUOTA"))

const failed = (
  error: { readonly message: string; readonly isFull?: boolean; readonly isElsewhere?: boolean }
): Effect.Effect<Completion> => {
  if (error.isFull === true) return Effect.succeed(overQuota)
  if (error.isElsewhere === true) return Effect.succeed(no(error.message, word("UNAVAILABLE")))
  return Effect.as(
    Effect.logError("An IMAP command failed", error),
    no("The mail store failed; try again later", word("UNAVAILABLE"))
  )
}

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

export const answer = (state: State, tagged: TaggedCommand): Effect.Effect<Completion, ConnectionEnded, Accounts> =>
  answered(withProgress(state, tagged, handle(state, tagged)))
