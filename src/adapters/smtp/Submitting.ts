/** What both submission doors share (RFC 6409): login, one's own address as the sender, one answer after DATA. */
import { type Duration, Effect, Option, type Redacted, Result, type Scope } from "effect"
import { isSame, parse } from "../../domain/account/Address.ts"
import type { ListenError } from "../../ports/ListenError.ts"
import { makeLogins } from "./Logins.ts"
import { type Bound, type ListenOptions, type Peer, type Received, serve } from "./SmtpListener.ts"
import { localError, notAllowed, type SmtpRefusal } from "./SmtpRefusal.ts"

/** Failing with an SmtpRefusal chooses the reply; any other failure is logged and answered 451. */
export interface SubmittingHandlers<A extends { readonly address: string }, E, R> {
  /** undefined = wrong name or password. */
  readonly authenticate: (user: string, password: Redacted.Redacted<string>) => Effect.Effect<A | undefined, E, R>
  /** Asked at MAIL: may the account write as that? Its own address only, and subaddresses of it, where this is absent. */
  readonly sender?: (account: A, from: string) => Effect.Effect<void, E, R>
  /** Asked at RCPT, where a refusal helps the person most. */
  readonly recipient?: (account: A, to: string, from: string) => Effect.Effect<void, E, R>
  /** Succeeds when the message is on disk. */
  readonly submit: (account: A, message: Received) => Effect.Effect<void, E, R>
}

export const listen = Effect.fn("Submitting.listen")(function*<A extends { readonly address: string }, E, R>(
  options: ListenOptions,
  loginDelay: Duration.Duration,
  handlers: SubmittingHandlers<A, E, R>
): Effect.fn.Return<Bound, ListenError, R | Scope.Scope> {
  const logins = makeLogins(loginDelay)
  const { authenticate, recipient, sender, submit } = handlers
  return yield* serve<A, E | SmtpRefusal, R>(options, {
    authenticate: Effect.fnUntraced(function*(user: string, password: Redacted.Redacted<string>, peer: Peer<A>) {
      const account = yield* authenticate(user, password)
      if (account === undefined) return yield* logins.refuse(user, peer.id)
      logins.succeeded(user)
      return account
    }),
    sender: Effect.fnUntraced(function*(from: string, peer: Peer<A>) {
      const account = yield* accountOf(peer)
      if (sender !== undefined) return yield* sender(account, from)
      if (!isOwn(from, account.address)) {
        return yield* notAllowed(`You are logged in as ${account.address} and may send from that address only`)
      }
    }),
    recipient: Effect.fnUntraced(function*(to: string, peer: Peer<A>, from: string) {
      const account = yield* accountOf(peer)
      if (recipient !== undefined) yield* recipient(account, to, from)
    }),
    message: Effect.fnUntraced(function*(received: Received, peer: Peer<A>) {
      const account = yield* accountOf(peer)
      yield* submit(account, received)
      return [Result.void]
    }),
    closed: (peer) => Effect.sync(() => logins.closed(peer.id))
  })
})

/** The server lets nobody past MAIL without a login; should it, nothing is accepted. */
const accountOf = <A>(peer: Peer<A>) =>
  peer.account === undefined ? Effect.fail(localError()) : Effect.succeed(peer.account)

/** Letter case and `+subaddress` do not matter. */
const isOwn = (from: string, address: string): boolean => {
  const sender = parse(from)
  const own = parse(address)
  return Option.isSome(sender) && Option.isSome(own) && isSame(sender.value, own.value)
}
