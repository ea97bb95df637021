/** LOGIN and AUTHENTICATE PLAIN (RFC 3501 §6.2, RFC 4616, RFC 4959). */
import { Effect, Redacted, Result, Stream } from "effect"
import { Base64 } from "effect/encoding"
import { latin1 } from "../../../domain/message/Latin1.ts"
import { Accounts, type AccountsError } from "../../../ports/Accounts.ts"
import { capabilities } from "../Capabilities.ts"
import type { ConnectionEnded } from "../Connection.ts"
import type { Command } from "../grammar/Command.ts"
import { BEFORE_LOGIN } from "../Limits.ts"
import { note } from "../News.ts"
import { type Completion, done, misused, no, type State, word } from "../State.ts"

type LoggingIn = Effect.Effect<Completion, ConnectionEnded | AccountsError, Accounts>

const MAX_BAD_LOGINS = 5

const login = Effect.fnUntraced(function*(state: State, user: string, password: Redacted.Redacted<string>) {
  const accounts = yield* Accounts
  const { logins } = state
  const store = yield* Effect.result(logins.check(accounts.login(user, password)))
  if (Result.isSuccess(store)) {
    logins.right(user)
    state.store = store.success
    // Subscribed before the client can select anything.
    yield* store.success.changes.pipe(
      Stream.runForEach((change) => Effect.sync(() => note(state, change))),
      Effect.forkIn(state.scope, { startImmediately: true })
    )
    return done("Logged in", { _tag: "Capability", names: capabilities(state) })
  }
  if (store.failure._tag === "AccountsError") return yield* store.failure
  state.badLogins++
  yield* Effect.sleep(logins.wrong(user))
  if (state.badLogins >= MAX_BAD_LOGINS) {
    return yield* state.dialogue.hangUp("Too many wrong passwords", word("AUTHENTICATIONFAILED"))
  }
  return no(store.failure.message, word("AUTHENTICATIONFAILED"))
})

const refusal = (state: State): Completion | undefined =>
  state.store !== undefined
    ? misused("You are logged in already", word("CLIENTBUG"))
    : state.isPrivate
    ? undefined
    : no("Passwords are taken over TLS or from this machine only", word("PRIVACYREQUIRED"))

export const handleLogin = (state: State, command: Extract<Command, { _tag: "Login" }>): LoggingIn => {
  const refused = refusal(state)
  return refused === undefined ? login(state, command.user, command.password) : Effect.succeed(refused)
}

const utf8 = new TextDecoder()

/** `[authzid] NUL authcid NUL passwd` (RFC 4616 §2) */
const plain = (
  message: string
): { readonly actAs: string; readonly user: string; readonly password: Redacted.Redacted<string> } | undefined => {
  const octets = Base64.decode(message)
  if (Result.isFailure(octets)) return undefined
  const [actAs = "", user, password, ...more] = utf8.decode(octets.success).split("\0")
  if (user === undefined || password === undefined || more.length > 0) return undefined
  return { actAs, user, password: Redacted.make(password) }
}

export const handleAuthenticate = Effect.fnUntraced(function*(
  state: State,
  { initial, mechanism }: Extract<Command, { _tag: "Authenticate" }>
): Effect.fn.Return<Completion, ConnectionEnded | AccountsError, Accounts> {
  const refused = refusal(state)
  if (refused !== undefined) return refused
  if (mechanism !== "PLAIN") return no("This server knows the mechanism PLAIN only", word("CANNOT"))
  let message = initial === undefined ? undefined : Redacted.value(initial)
  if (message === undefined) {
    yield* state.dialogue.send([{ _tag: "Continue", text: "" }])
    message = latin1(yield* state.dialogue.receive(BEFORE_LOGIN))
  }
  if (message === "*") return misused("Login cancelled")
  // An initial response of no octets (RFC 4959 §3)
  const credentials = plain(message === "=" ? "" : message)
  if (credentials === undefined) return misused("That is no PLAIN message in base64")
  const { actAs, password, user } = credentials
  if (actAs !== "" && actAs.toLowerCase() !== user.toLowerCase()) {
    return no("Nobody acts as another here: leave the authorization identity empty", word("AUTHORIZATIONFAILED"))
  }
  return yield* login(state, user, password)
})
