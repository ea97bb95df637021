/** The client's part of OPAQUE (RFC 9807): the password is proved and the export key found without sending either. */
import * as opaque from "@serenity-kit/opaque"
import { Effect, Layer, Redacted } from "effect"
import { Base64Url } from "effect/encoding"
import { canonical } from "../../domain/account/Address.ts"
import { Enrolment, EnrolmentError, EnrolmentRefused } from "../../ports/Enrolment.ts"
import { EnrolmentExchange } from "../../ports/EnrolmentExchange.ts"

/** What the library throws is a message it cannot read: the other side is broken or lies. */
const attempt = <A>(operation: EnrolmentError["operation"], step: () => A): Effect.Effect<A, EnrolmentError> =>
  Effect.try({ try: step, catch: (cause) => new EnrolmentError({ operation, transient: false, cause }) })

const exportKey = (operation: EnrolmentError["operation"], text: string) =>
  Effect.fromResult(Base64Url.decode(text)).pipe(
    Effect.mapError((cause) => new EnrolmentError({ operation, transient: false, cause })),
    Effect.map((bytes) => Redacted.make<Uint8Array>(bytes, { label: "export key" }))
  )

/** One password, typed on different machines, is one string (RFC 8265 §4.2). */
const normal = (password: Redacted.Redacted<string>): string => Redacted.value(password).normalize("NFC")

const wrongPassword = () =>
  new EnrolmentRefused({
    reason: "WrongPassword",
    message: "The provider knows no account with this address and password. Check both and try again."
  })

export const layer: Layer.Layer<Enrolment, never, EnrolmentExchange> = Layer.effect(
  Enrolment,
  Effect.gen(function*() {
    const exchange = yield* EnrolmentExchange
    yield* Effect.promise(() => opaque.ready)

    return Enrolment.of({
      register: Effect.fn("EnrolmentOpaque.register")(function*(given, secret, wrapRoot) {
        const address = canonical(given)
        const password = normal(secret)
        const start = yield* attempt("register", () => opaque.client.startRegistration({ password }))
        const response = yield* exchange.registerStart(address, start.registrationRequest)
        const finish = yield* attempt("register", () =>
          opaque.client.finishRegistration({
            password,
            registrationResponse: response,
            clientRegistrationState: start.clientRegistrationState
          }))
        const wrappedRoot = yield* wrapRoot(yield* exportKey("register", finish.exportKey))
        yield* exchange.registerFinish(address, finish.registrationRecord, wrappedRoot)
      }),
      login: Effect.fn("EnrolmentOpaque.login")(function*(given, secret, device) {
        const address = canonical(given)
        const password = normal(secret)
        const start = yield* attempt("login", () => opaque.client.startLogin({ password }))
        const { attempt: id, response } = yield* exchange.loginStart(address, start.startLoginRequest)
        const finish = yield* attempt(
          "login",
          () =>
            opaque.client.finishLogin({ password, loginResponse: response, clientLoginState: start.clientLoginState })
        )
        if (finish === undefined) return yield* wrongPassword()
        const { token, wrappedRoot } = yield* exchange.loginFinish(id, finish.finishLoginRequest, device)
        return { token, wrappedRoot, exportKey: yield* exportKey("login", finish.exportKey) }
      })
    })
  })
)
