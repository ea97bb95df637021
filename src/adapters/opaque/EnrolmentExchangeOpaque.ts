/** The provider's part of OPAQUE (RFC 9807), over its store. It learns neither password nor export key. */
import { Clock, Duration, Effect, Layer, Redacted, Schema } from "effect"
import { Base64Url, Hex } from "effect/encoding"
import { Address, canonical, domain } from "../../domain/account/Address.ts"
import { print } from "../../domain/account/SessionToken.ts"
import { Crypto } from "../../ports/Crypto.ts"
import { type EnrolmentError, EnrolmentRefused } from "../../ports/Enrolment.ts"
import { EnrolmentExchange } from "../../ports/EnrolmentExchange.ts"
import { ProviderAccounts } from "../../ports/ProviderAccounts.ts"
import { ProviderCredentials } from "../../ports/ProviderCredentials.ts"
import { ProviderSessions } from "../../ports/ProviderSessions.ts"
import type { AccountId } from "../../ports/ProviderStoreError.ts"
import type { ProviderUpkeep } from "../../ports/ProviderUpkeep.ts"
import { type Rate, RateLimits } from "../../ports/RateLimits.ts"
import * as OpaqueServer from "./OpaqueServer.ts"

/** Between the two messages of a login lies one Argon2id, not a person. */
const ATTEMPT = Duration.toMillis(Duration.minutes(2))
/** Each start lets the client test one password. */
const GUESSES: Rate = { limit: 20, window: Duration.minutes(10) }
const SESSION = Duration.days(90)

/** What a login's second message finds: kept in the store, for it may come to another node. */
const Attempt = Schema.fromJsonString(Schema.Struct({
  address: Address,
  kind: Schema.Literals(["password", "phrase", "code"]),
  state: Schema.String,
  /** SHA-256 of the record it began with: one that was replaced meanwhile opens nothing. */
  record: Schema.String
}))
const encodeAttempt = Schema.encodeSync(Attempt)
const decodeAttempt = Schema.decodeUnknownEffect(Attempt)

const wrongPassword = () =>
  new EnrolmentRefused({
    reason: "WrongPassword",
    message: "The provider knows no account with this address and password. Check both and try again."
  })

const refuseTaken = (address: Address) =>
  new EnrolmentRefused({
    reason: "AddressTaken",
    message: `${address} belongs to somebody already. Choose another address, or log in.`
  })

const inviteNeeded = new EnrolmentRefused({
  reason: "InviteNeeded",
  message: "This provider opens accounts by invitation. Ask whoever runs it for a code, and check the one you have."
})

export interface Options {
  /** Whose addresses may be registered, in lower case. */
  readonly domains: ReadonlyArray<string>
  /** Anybody, unless said otherwise. */
  readonly registration?: "open" | "invite"
  /** How long a device stays logged in that is not seen. */
  readonly session?: Duration.Duration
}

const ID_BYTES = 9

type Needs = ProviderAccounts | ProviderCredentials | ProviderSessions | ProviderUpkeep | RateLimits | Crypto

export const layer = (options: Options): Layer.Layer<EnrolmentExchange, EnrolmentError, Needs> =>
  Layer.effect(
    EnrolmentExchange,
    Effect.gen(function*() {
      const accounts = yield* ProviderAccounts
      const credentials = yield* ProviderCredentials
      const sessions = yield* ProviderSessions
      const limits = yield* RateLimits
      const crypto = yield* Crypto
      const server = yield* OpaqueServer.OpaqueServer
      const registerFailed = OpaqueServer.failed("register")
      const loginFailed = OpaqueServer.failed("login")

      const randomText = (length: number) => Effect.map(crypto.randomBytes(length), Base64Url.encode)
      const hash = (text: string) => crypto.sha256(new TextEncoder().encode(text))

      const mayRegister = Effect.fnUntraced(function*(address: Address) {
        if (!options.domains.includes(domain(address))) {
          return yield* new EnrolmentRefused({
            reason: "AddressNotServed",
            message: `This provider has no mail for ${domain(address)}. It serves ${options.domains.join(", ")}.`
          })
        }
        const known = yield* Effect.mapError(accounts.findAccount(address), registerFailed)
        if (known !== undefined) return yield* refuseTaken(address)
      })

      const openSession = Effect.fnUntraced(function*(account: AccountId, device: string) {
        const now = yield* Clock.currentTimeMillis
        const secret = yield* randomText(32)
        yield* sessions.addSession(account, yield* hash(secret), {
          // A person may have to type it, where a leading "-" would be a flag.
          id: Hex.encode(yield* crypto.randomBytes(ID_BYTES)),
          device,
          createdAt: now,
          expiresAt: now + Duration.toMillis(options.session ?? SESSION)
        })
        return Redacted.make(print({ account, secret }), { label: "session" })
      })

      return EnrolmentExchange.of({
        registerStart: Effect.fn("EnrolmentExchangeOpaque.registerStart")(function*(given, request) {
          const address = canonical(given)
          yield* mayRegister(address)
          return yield* server.register(address, "password", request)
        }),
        registerFinish: Effect.fn("EnrolmentExchangeOpaque.registerFinish")(
          function*(given, registration, wrappedRoot, device, code) {
            const address = canonical(given)
            yield* mayRegister(address)
            yield* server.check(address, "password", registration)
            if (code === undefined && options.registration === "invite") return yield* inviteNeeded
            const invite = code === undefined ? {} : { invite: yield* hash(code) }
            const account = yield* accounts.createAccount({ address, registration, wrappedRoot, ...invite }).pipe(
              Effect.catchTags({
                AccountTaken: () => refuseTaken(address),
                InviteRefused: () => inviteNeeded,
                ProviderStoreError: (cause) => Effect.fail(registerFailed(cause))
              })
            )
            return yield* Effect.mapError(openSession(account.id, device), registerFailed)
          }
        ),
        loginStart: Effect.fn("EnrolmentExchangeOpaque.loginStart")(function*(given, request, kind = "password") {
          const address = canonical(given)
          const now = yield* Clock.currentTimeMillis
          if (!(yield* limits.take("login", address, GUESSES))) {
            return yield* new EnrolmentRefused({
              reason: "TooManyAttempts",
              message: "Too many logins to this account in a short time. Wait ten minutes and try again."
            })
          }
          const known = yield* Effect.mapError(credentials.credential(address, kind, now), loginFailed)
          const { loginResponse, serverLoginState } = yield* server.start(address, kind, known?.registration, request)
          const attempt = yield* randomText(32)
          const record = Hex.encode(yield* hash(known?.registration ?? ""))
          const state = encodeAttempt({ address, kind, state: serverLoginState, record })
          yield* Effect.mapError(credentials.keepAttempt(attempt, state, now + ATTEMPT), loginFailed)
          return { attempt, response: loginResponse }
        }),
        loginFinish: Effect.fn("EnrolmentExchangeOpaque.loginFinish")(function*(id, request, device) {
          const now = yield* Clock.currentTimeMillis
          const kept = yield* Effect.mapError(credentials.takeAttempt(id, now), loginFailed)
          if (kept === undefined) {
            return yield* new EnrolmentRefused({
              reason: "TooManyAttempts",
              message: "This login took too long or was used before. Log in again."
            })
          }
          const { address, kind, record, state } = yield* Effect.mapError(decodeAttempt(kept), loginFailed)
          if (!(yield* server.isRight(state, request))) return yield* wrongPassword()
          const known = yield* Effect.mapError(credentials.credential(address, kind, now), loginFailed)
          if (known === undefined || Hex.encode(yield* hash(known.registration)) !== record) {
            return yield* wrongPassword()
          }
          if (kind === "code") {
            const isFirst = yield* Effect.mapError(credentials.dropCredential(known.account.id, kind), loginFailed)
            if (!isFirst) return yield* wrongPassword()
          }
          const token = yield* Effect.mapError(openSession(known.account.id, device), loginFailed)
          return { token, wrappedRoot: known.wrappedRoot }
        })
      })
    })
  ).pipe(Layer.provide(OpaqueServer.layer))
