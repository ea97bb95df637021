/** The client's part of OPAQUE (RFC 9807): the password is proved and the export key found without sending either. */
import * as opaque from "@serenity-kit/opaque"
import { Effect, Layer } from "effect"
import { canonical } from "../../domain/account/Address.ts"
import { Enrolment, EnrolmentRefused } from "../../ports/Enrolment.ts"
import { EnrolmentExchange } from "../../ports/EnrolmentExchange.ts"
import type { CredentialKind } from "../../ports/ProviderCredentials.ts"
import { attempt, exportKey, keyStretching, normal, registration } from "./OpaqueClient.ts"

const NAMES: Readonly<Record<CredentialKind, string>> = {
  password: "password",
  phrase: "recovery phrase",
  code: "code"
}

const wrongSecret = (kind: CredentialKind) =>
  new EnrolmentRefused({
    reason: "WrongPassword",
    message: `The provider knows no account with this address and ${NAMES[kind]}. Check both and try again.`
  })

export const layer: Layer.Layer<Enrolment, never, EnrolmentExchange> = Layer.effect(
  Enrolment,
  Effect.gen(function*() {
    const exchange = yield* EnrolmentExchange
    yield* Effect.promise(() => opaque.ready)

    return Enrolment.of({
      register: Effect.fn("EnrolmentOpaque.register")(function*(given, secret, wrapRoot, device, invite) {
        const address = canonical(given)
        const { record, wrappedRoot } = yield* registration(
          "register",
          secret,
          (request) => exchange.registerStart(address, request),
          wrapRoot
        )
        return yield* exchange.registerFinish(address, record, wrappedRoot, device, invite)
      }),
      login: Effect.fn("EnrolmentOpaque.login")(function*(given, secret, device, kind = "password") {
        const address = canonical(given)
        const password = normal(secret)
        const stretching = yield* keyStretching
        const start = yield* attempt("login", () => opaque.client.startLogin({ password }))
        const { attempt: id, response } = yield* exchange.loginStart(address, start.startLoginRequest, kind)
        const finish = yield* attempt(
          "login",
          () =>
            opaque.client.finishLogin({
              password,
              keyStretching: stretching,
              loginResponse: response,
              clientLoginState: start.clientLoginState
            })
        )
        if (finish === undefined) return yield* wrongSecret(kind)
        const { token, wrappedRoot } = yield* exchange.loginFinish(id, finish.finishLoginRequest, device)
        return { token, wrappedRoot, exportKey: yield* exportKey("login", finish.exportKey) }
      })
    })
  })
)
