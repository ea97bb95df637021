/** The provider's part of OPAQUE (RFC 9807) as the library does it, with its failures as ours. */
import * as opaque from "@serenity-kit/opaque"
import { Context, Effect, Layer } from "effect"
import type { Address } from "../../domain/account/Address.ts"
import { EnrolmentError, EnrolmentRefused } from "../../ports/Enrolment.ts"
import type { CredentialKind } from "../../ports/ProviderCredentials.ts"
import { ProviderUpkeep } from "../../ports/ProviderUpkeep.ts"

const malformed = () =>
  new EnrolmentRefused({
    reason: "Malformed",
    message: "The provider cannot read this request. Bring leap-mail up to date on both sides and try again."
  })

/** What the library throws is a message it cannot read. */
const read = <A>(step: () => A): Effect.Effect<A, EnrolmentRefused> => Effect.try({ try: step, catch: malformed })

/** Each secret of an account is an OPAQUE user of its own. */
const userIdentifier = (address: Address, kind: CredentialKind): string =>
  kind === "password" ? address : `${kind} ${address}`

export const failed = (operation: EnrolmentError["operation"]) => (cause: unknown) =>
  new EnrolmentError({ operation, transient: true, cause })

const make = (serverSetup: string) => ({
  register: (address: Address, kind: CredentialKind, registrationRequest: string) =>
    read(() =>
      opaque.server.createRegistrationResponse({
        serverSetup,
        userIdentifier: userIdentifier(address, kind),
        registrationRequest
      }).registrationResponse
    ),
  /** A record that no login could use is refused now, not found out later. */
  check: (address: Address, kind: CredentialKind, registrationRecord: string) =>
    Effect.asVoid(read(() =>
      opaque.server.startLogin({
        serverSetup,
        userIdentifier: userIdentifier(address, kind),
        registrationRecord,
        startLoginRequest: opaque.client.startLogin({ password: "probe" }).startLoginRequest
      })
    )),
  /** `registrationRecord` undefined: there is nobody, and the answer does not show it. */
  start: (
    address: Address,
    kind: CredentialKind,
    registrationRecord: string | undefined,
    startLoginRequest: string
  ) =>
    read(() =>
      opaque.server.startLogin({
        serverSetup,
        userIdentifier: userIdentifier(address, kind),
        registrationRecord,
        startLoginRequest
      })
    ),
  isRight: (serverLoginState: string, finishLoginRequest: string) =>
    Effect.sync(() => {
      try {
        opaque.server.finishLogin({ finishLoginRequest, serverLoginState })
        return true
      } catch {
        return false
      }
    })
})

export class OpaqueServer extends Context.Service<OpaqueServer, ReturnType<typeof make>>()(
  "leap-mail/adapters/opaque/OpaqueServer"
) {}

export const layer: Layer.Layer<OpaqueServer, EnrolmentError, ProviderUpkeep> = Layer.effect(
  OpaqueServer,
  Effect.gen(function*() {
    const { secret } = yield* ProviderUpkeep
    yield* Effect.promise(() => opaque.ready)
    return make(
      yield* Effect.mapError(secret("opaque-server-setup", Effect.sync(opaque.server.createSetup)), failed("login"))
    )
  })
)
