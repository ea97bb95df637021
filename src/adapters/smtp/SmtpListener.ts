/** One SMTP or LMTP listener on smtp-server: handlers are Effects, failures become replies, all closes with the scope. */
import { Cause, Effect, FiberSet, Redacted, Result, type Scope, SubscriptionRef } from "effect"
import { performance } from "node:perf_hooks"
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from "smtp-server"
import { isLoopback } from "../../domain/account/Loopback.ts"
import { ListenError } from "../../ports/ListenError.ts"
import { following, secretsOf, type Tls } from "../../ports/Tls.ts"
import { collect, makeBudget } from "./Collect.ts"
import { type Connections, follow } from "./Connections.ts"
import * as OAuthBearer from "./OAuthBearer.ts"
import type { Patience } from "./Patience.ts"
import { badLogin, localError, needsTls, SmtpRefusal, tooManyConnections } from "./SmtpRefusal.ts"

export interface ListenOptions {
  readonly host: string
  /** 0 = any free port; the answer says which. */
  readonly port: number
  /** In the greeting and in trace headers. */
  readonly name: string
  /** The variable a person sets to move the port. */
  readonly setting?: string
  readonly lmtp?: boolean
  /** Bytes of a message, default 50 MiB. */
  readonly maxSize?: number
  readonly maxRecipients?: number
  readonly maxClients?: number
  /** Connections at once from one address; any number unless given. */
  readonly maxFromAddress?: number
  /** Without it STARTTLS is not offered, and passwords are taken from this machine only. */
  readonly tls?: Tls | undefined
  /** The password is a token, which may come as a bearer's, too (RFC 7628). */
  readonly isBearer?: boolean
  /** With `tls`: it is spoken from the first octet on (RFC 8314). */
  readonly isImplicit?: boolean
  /** With who brings no message. */
  readonly patience?: Patience
  /** Milliseconds a transaction may still take when the scope closes. */
  readonly grace?: number
}

export interface Bound {
  readonly host: string
  readonly port: number
}

/** The other side of one connection. */
export interface Peer<A> {
  readonly id: string
  readonly account: A | undefined
  readonly address: string
  /** What it called itself. */
  readonly hello: string
  /** RFC 3848: ESMTP, ESMTPSA, LMTP ... */
  readonly protocol: string
}

export interface Envelope {
  /** Empty for the null sender. */
  readonly from: string
  readonly to: ReadonlyArray<string>
}

export interface Received extends Envelope {
  readonly bytes: Uint8Array
}

/** What one recipient is answered after DATA. */
export type Outcome = Result.Result<void, SmtpRefusal>

/** A failure that is no SmtpRefusal is logged and answered 451. */
export interface Handlers<A, E, R, K = unknown> {
  readonly authenticate?: (user: string, password: Redacted.Redacted<string>, peer: Peer<A>) => Effect.Effect<A, E, R>
  readonly sender?: (from: string, peer: Peer<A>) => Effect.Effect<void, E, R>
  /** What it answers is handed on to `message`. */
  readonly recipient?: (to: string, peer: Peer<A>, from: string) => Effect.Effect<K, E, R>
  /**
   * One outcome for each of `to`, in order; SMTP answers the first refusal, LMTP each (RFC 2033 §4.2). `known`: what
   * `recipient` answered for each.
   */
  readonly message: (
    received: Received,
    peer: Peer<A>,
    known: ReadonlyArray<K | undefined>
  ) => Effect.Effect<ReadonlyArray<Outcome>, E, R>
  readonly closed?: (peer: Peer<A>) => Effect.Effect<void, E, R>
}

const MAX_SIZE = 50 * 1024 * 1024
/** All messages being received at once, in maximal messages. */
const MAX_AT_ONCE = 8
/** RFC 5321 §4.5.3.2.7. */
const IDLE_TIMEOUT = 5 * 60_000

export const serve = Effect.fn("SmtpListener.serve")(function*<A, E, R, K = unknown>(
  options: ListenOptions,
  handlers: Handlers<A, E, R, K>
): Effect.fn.Return<Bound, ListenError, R | Scope.Scope> {
  const run = yield* FiberSet.makeRuntime<R>()
  const receiving = new Set<string>()
  let connections: Connections | undefined
  const maxSize = options.maxSize ?? MAX_SIZE
  const budget = makeBudget(maxSize, maxSize * MAX_AT_ONCE)

  const answer = <X>(effect: Effect.Effect<X, E, R>, done: (reply: Error | null, value?: X) => void): void => {
    run(settle(effect)).addObserver((exit) => {
      if (exit._tag === "Failure") done(toError(localError()))
      else if (Result.isFailure(exit.value)) done(toError(exit.value.failure))
      else done(null, exit.value.success)
    })
  }

  const { authenticate, closed, recipient, sender } = handlers
  /** By the library's own object for each recipient. */
  const known = new WeakMap<object, K>()
  const settings: SMTPServerOptions = {
    name: options.name,
    lmtp: options.lmtp === true,
    banner: "leap-mail",
    size: maxSize,
    maxRecipients: options.maxRecipients ?? 1000,
    maxClients: options.maxClients ?? 200,
    socketTimeout: IDLE_TIMEOUT,
    closeTimeout: options.grace ?? 1000,
    disableReverseLookup: true,
    logger: false,
    // The enhanced code is in our own text: the library knows one for each reply code only.
    hideENHANCEDSTATUSCODES: true,
    // Not offered, since nothing here does what they promise: whoever hands mail over reports by itself (RFC 3461 §5.2.2).
    hideDSN: true,
    hideREQUIRETLS: true,
    // Who reaches a loopback address is on this machine. Others are refused once more in onAuth.
    allowInsecureAuth: options.tls === undefined || isLoopback(options.host),
    authMethods: ["PLAIN", "LOGIN", ...options.isBearer === true ? ["OAUTHBEARER", "XOAUTH2"] : []],
    disabledCommands: [
      "WIZ",
      "SHELL",
      "KILL",
      ...options.tls === undefined ? ["STARTTLS"] : [],
      ...authenticate === undefined ? ["AUTH"] : []
    ],
    secure: options.isImplicit === true && options.tls !== undefined,
    ...options.tls === undefined ? {} : secretsOf(SubscriptionRef.getUnsafe(options.tls)),
    onConnect: ({ remoteAddress }, callback) =>
      connections?.isCrowd(remoteAddress) === true ? callback(toError(tooManyConnections())) : callback(),
    onAuth: (auth, session, callback) => {
      const password = auth.accessToken ?? auth.password
      if (authenticate === undefined || auth.username === undefined || typeof password !== "string") {
        return callback(toError(localError()))
      }
      if (!session.secure && !isLoopback(session.remoteAddress)) return callback(toError(needsTls()))
      answer(
        authenticate(auth.username, Redacted.make(password), peerOf<A>(session)),
        (error, user) => {
          if (error === null) callback(null, { user })
          else if (auth.accessToken !== undefined && isBadLogin(error)) callback(null, { data: OAuthBearer.REFUSED })
          else callback(error)
        }
      )
    },
    onMailFrom: ({ address }, session, callback) =>
      sender === undefined ? callback() : answer(sender(address, peerOf<A>(session)), callback),
    onRcptTo: (to, session, callback) =>
      recipient === undefined
        ? callback()
        : answer(recipient(to.address, peerOf<A>(session), senderOf(session)), (error, value) => {
          if (value !== undefined) known.set(to, value)
          callback(error)
        }),
    onData: (stream, session, callback) => {
      const { id } = session
      const envelope = envelopeOf(session)
      const knownOf = session.envelope.rcptTo.map((to) => known.get(to))
      receiving.add(id)
      const wait = connections?.waitOf(session)
      const finish = (error: Error | null, outcomes?: ReadonlyArray<Outcome>) => {
        receiving.delete(id)
        wait?.answered(performance.now())
        if (error !== null || outcomes === undefined) return callback(error)
        const replies = outcomes.map((outcome) => Result.isFailure(outcome) ? toError(outcome.failure) : ACCEPTED)
        if (options.lmtp === true) return callback(null, replies)
        const refused = replies.find((reply) => reply instanceof Error)
        return refused === undefined ? callback(null, ACCEPTED) : callback(refused)
      }
      collect(stream, budget, {
        came: (octets) => wait?.came(octets, performance.now()),
        hangUp: (because) => void connections?.hangUp(session, because),
        done: (bytes, release) => {
          if (bytes === undefined) return receiving.delete(id)
          if (bytes instanceof SmtpRefusal) return finish(toError(bytes))
          wait?.working()
          const received = { ...envelope, bytes }
          answer(
            Effect.ensuring(handlers.message(received, peerOf<A>(session), knownOf), Effect.sync(release)),
            finish
          )
        }
      })
    },
    onClose: (session) => {
      receiving.delete(session.id)
      if (closed !== undefined) answer(closed(peerOf<A>(session)), () => {})
    }
  }

  if (options.isBearer === true) OAuthBearer.register()
  const server = yield* Effect.acquireRelease(
    Effect.sync(() => new SMTPServer(settings)),
    (server) =>
      Effect.callback<void>((resume) => {
        for (const connection of server.connections) {
          if (!receiving.has(connection.id)) connection.send(421, "4.3.2 The server is stopping; try again later")
        }
        server.close(() => {
          connections?.destroy()
          resume(Effect.void)
        })
      })
  )
  connections = follow(server, options)
  if (options.tls !== undefined) {
    yield* following(options.tls, (identity) => server.updateSecureContext(secretsOf(identity)))
  }
  return yield* Effect.callback<Bound, ListenError>((resume) => {
    // Later errors are those of single connections: the client is gone, nothing is left to do.
    server.on("error", (error: NodeJS.ErrnoException) => {
      run(Effect.logDebug("SMTP connection ended", error.message))
    })
    server.server.once("error", (error: NodeJS.ErrnoException) => {
      const { host, port, setting } = options
      resume(Effect.fail(new ListenError({ host, port, setting, code: error.code ?? error.message })))
    })
    server.listen(options.port, options.host, () => {
      const address = server.server.address()
      const port = typeof address === "object" && address !== null ? address.port : options.port
      resume(Effect.succeed({ host: options.host, port }))
    })
  })
})

const ACCEPTED = "2.0.0 Accepted"

/** Success, or the refusal to answer with; whatever else went wrong is logged. */
export const settle = <X, E, R>(
  effect: Effect.Effect<X, E, R>
): Effect.Effect<Result.Result<X, SmtpRefusal>, never, R> =>
  effect.pipe(Effect.map(Result.succeed), Effect.catchCause((cause) => failed(cause)))

const failed = <E>(cause: Cause.Cause<E>): Effect.Effect<Result.Result<never, SmtpRefusal>> => {
  const error = Cause.squash(cause)
  return error instanceof SmtpRefusal
    ? Effect.succeed(Result.fail(error))
    : Effect.as(Effect.logError("SMTP command failed", cause), Result.fail(localError()))
}

const toError = (failure: unknown): Error => {
  const refusal = failure instanceof SmtpRefusal ? failure : localError()
  return Object.assign(new Error(refusal.message), { responseCode: refusal.code })
}

const isBadLogin = (error: Error): boolean => "responseCode" in error && error.responseCode === badLogin().code

const senderOf = ({ envelope: { mailFrom } }: SMTPServerSession): string => mailFrom === false ? "" : mailFrom.address

const envelopeOf = (session: SMTPServerSession): Envelope => ({
  from: senderOf(session),
  to: session.envelope.rcptTo.map(({ address }) => address)
})

const peerOf = <A>(session: SMTPServerSession): Peer<A> => ({
  id: session.id,
  account: session.user === false ? undefined : session.user,
  address: session.remoteAddress,
  hello: session.hostNameAppearsAs,
  protocol: session.transmissionType
})
