/** The provider's part of OPAQUE (RFC 9807), over its store. It learns neither password nor export key. */
import * as opaque from "@serenity-kit/opaque"
import { Clock, Duration, Effect, Layer, Redacted } from "effect"
import { Base64Url } from "effect/encoding"
import { type Address, canonical, domain } from "../../domain/account/Address.ts"
import { Crypto } from "../../ports/Crypto.ts"
import { EnrolmentError, EnrolmentRefused } from "../../ports/Enrolment.ts"
import { EnrolmentExchange } from "../../ports/EnrolmentExchange.ts"
import { type ProviderAccount, ProviderStore } from "../../ports/ProviderStore.ts"

const SESSION = Duration.toMillis(Duration.days(90))
/** Between the two messages of a login lies one Argon2id, not a person. */
const ATTEMPT = Duration.toMillis(Duration.minutes(2))
const MAX_ATTEMPTS = 1000
/** Each start lets the client test one password. */
const GUESS_WINDOW = Duration.toMillis(Duration.minutes(10))
const MAX_GUESSES = 20
const MAX_GUESSED_ADDRESSES = 10_000

interface Attempt {
  readonly account: ProviderAccount | undefined
  readonly state: string
  readonly expiresAt: number
}

const malformed = () =>
  new EnrolmentRefused({
    reason: "Malformed",
    message: "The provider cannot read this request. Bring leap-mail up to date on both sides and try again."
  })

const wrongPassword = () =>
  new EnrolmentRefused({
    reason: "WrongPassword",
    message: "The provider knows no account with this address and password. Check both and try again."
  })

/** What the library throws is a message it cannot read. */
const read = <A>(step: () => A): Effect.Effect<A, EnrolmentRefused> => Effect.try({ try: step, catch: malformed })

const failed = (operation: EnrolmentError["operation"]) => (cause: unknown) =>
  new EnrolmentError({ operation, transient: true, cause })

/** Oldest first out: a Map keeps the order of insertion. */
const makeRoom = (map: Map<string, unknown>, limit: number): void => {
  for (const key of map.keys()) {
    if (map.size < limit) return
    map.delete(key)
  }
}

const makeGuesses = () => {
  const guesses = new Map<string, { count: number; readonly since: number }>()
  return (address: Address, now: number): boolean => {
    const known = guesses.get(address)
    if (known !== undefined && now - known.since < GUESS_WINDOW) return ++known.count <= MAX_GUESSES
    guesses.delete(address)
    makeRoom(guesses, MAX_GUESSED_ADDRESSES)
    guesses.set(address, { count: 1, since: now })
    return true
  }
}

export interface Options {
  /** Whose addresses may be registered, in lower case. */
  readonly domains: ReadonlyArray<string>
}

export const layer = (options: Options): Layer.Layer<EnrolmentExchange, EnrolmentError, ProviderStore | Crypto> =>
  Layer.effect(
    EnrolmentExchange,
    Effect.gen(function*() {
      const store = yield* ProviderStore
      const crypto = yield* Crypto
      yield* Effect.promise(() => opaque.ready)
      const serverSetup = yield* store.secret("opaque-server-setup", Effect.sync(opaque.server.createSetup)).pipe(
        Effect.mapError(failed("login"))
      )
      const attempts = new Map<string, Attempt>()
      const mayGuess = makeGuesses()

      const randomText = Effect.map(crypto.randomBytes(32), Base64Url.encode)

      const refuseTaken = (address: Address) =>
        new EnrolmentRefused({
          reason: "AddressTaken",
          message: `${address} belongs to somebody already. Choose another address, or log in.`
        })

      const register = Effect.fnUntraced(function*(address: Address) {
        if (!options.domains.includes(domain(address))) {
          return yield* new EnrolmentRefused({
            reason: "AddressNotServed",
            message: `This provider has no mail for ${domain(address)}. It serves ${options.domains.join(", ")}.`
          })
        }
        const known = yield* Effect.mapError(store.findAccount(address), failed("register"))
        if (known !== undefined) return yield* refuseTaken(address)
      })

      return EnrolmentExchange.of({
        registerStart: Effect.fn("EnrolmentExchangeOpaque.registerStart")(function*(given, registrationRequest) {
          const address = canonical(given)
          yield* register(address)
          const { registrationResponse } = yield* read(() =>
            opaque.server.createRegistrationResponse({ serverSetup, userIdentifier: address, registrationRequest })
          )
          return registrationResponse
        }),
        registerFinish: Effect.fn("EnrolmentExchangeOpaque.registerFinish")(
          function*(given, registration, wrappedRoot) {
            const address = canonical(given)
            yield* register(address)
            // A record that no login could use is refused now, not found out later.
            const { startLoginRequest } = opaque.client.startLogin({ password: "probe" })
            yield* read(() =>
              opaque.server.startLogin({
                serverSetup,
                userIdentifier: address,
                registrationRecord: registration,
                startLoginRequest
              })
            )
            yield* store.createAccount({ address, registration, wrappedRoot }).pipe(
              Effect.catchTags({
                AccountTaken: () => refuseTaken(address),
                ProviderStoreError: (cause) => Effect.fail(failed("register")(cause))
              })
            )
          }
        ),
        loginStart: Effect.fn("EnrolmentExchangeOpaque.loginStart")(function*(given, startLoginRequest) {
          const address = canonical(given)
          const now = yield* Clock.currentTimeMillis
          if (!mayGuess(address, now)) {
            return yield* new EnrolmentRefused({
              reason: "TooManyAttempts",
              message: "Too many logins to this account in a short time. Wait ten minutes and try again."
            })
          }
          const account = yield* Effect.mapError(store.findAccount(address), failed("login"))
          const { loginResponse, serverLoginState } = yield* read(() =>
            opaque.server.startLogin({
              serverSetup,
              userIdentifier: address,
              registrationRecord: account?.registration,
              startLoginRequest
            })
          )
          const attempt = yield* randomText
          makeRoom(attempts, MAX_ATTEMPTS)
          attempts.set(attempt, { account, state: serverLoginState, expiresAt: now + ATTEMPT })
          return { attempt, response: loginResponse }
        }),
        loginFinish: Effect.fn("EnrolmentExchangeOpaque.loginFinish")(
          function*(id, finishLoginRequest, device) {
            const now = yield* Clock.currentTimeMillis
            const attempt = attempts.get(id)
            attempts.delete(id)
            if (attempt === undefined || attempt.expiresAt <= now) {
              return yield* new EnrolmentRefused({
                reason: "TooManyAttempts",
                message: "This login took too long or was used before. Log in again."
              })
            }
            const { account } = attempt
            yield* Effect.mapError(
              read(() => opaque.server.finishLogin({ finishLoginRequest, serverLoginState: attempt.state })),
              wrongPassword
            )
            if (account === undefined) return yield* wrongPassword()
            const token = yield* randomText
            const tokenHash = yield* crypto.sha256(new TextEncoder().encode(token))
            yield* Effect.mapError(
              store.addSession(account.id, tokenHash, device, now + SESSION),
              failed("login")
            )
            return { token: Redacted.make(token, { label: "session" }), wrappedRoot: account.wrappedRoot }
          }
        )
      })
    })
  )
