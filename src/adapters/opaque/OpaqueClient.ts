/** What the client's sides of OPAQUE share: the library must be ready. */
import * as opaque from "@serenity-kit/opaque"
import { Effect, Redacted } from "effect"
import { Base64Url } from "effect/encoding"
import { EnrolmentError } from "../../ports/Enrolment.ts"
import { PassphraseCost } from "../../ports/PasswordHash.ts"

/** What the library throws is a message it cannot read: the other side is broken or lies. */
export const attempt = <A>(operation: EnrolmentError["operation"], step: () => A): Effect.Effect<A, EnrolmentError> =>
  Effect.try({ try: step, catch: (cause) => new EnrolmentError({ operation, transient: false, cause }) })

export const exportKey = (operation: EnrolmentError["operation"], text: string) =>
  Effect.fromResult(Base64Url.decode(text)).pipe(
    Effect.mapError((cause) => new EnrolmentError({ operation, transient: false, cause })),
    Effect.map((bytes) => Redacted.make<Uint8Array>(bytes, { label: "export key" }))
  )

/** What a passphrase is slowed down by at the provider: as here. */
export const keyStretching = Effect.map(PassphraseCost, ({ memoryKiB, parallelism, passes }) => ({
  "argon2id-custom": { memory: memoryKiB, iterations: passes, parallelism }
}))

/** One password, typed on different machines, is one string (RFC 8265 §4.2). */
export const normal = (password: Redacted.Redacted<string>): string => Redacted.value(password).normalize("NFC")

/** RFC 9807 §5. `ask` takes the request to the provider, and answers what it answers. */
export const registration = Effect.fnUntraced(function*<E, R, E2, R2>(
  operation: EnrolmentError["operation"],
  secret: Redacted.Redacted<string>,
  ask: (request: string) => Effect.Effect<string, E, R>,
  wrapRoot: (exportKey: Redacted.Redacted<Uint8Array>) => Effect.Effect<Uint8Array, E2, R2>
) {
  const password = normal(secret)
  const stretching = yield* keyStretching
  const start = yield* attempt(operation, () => opaque.client.startRegistration({ password }))
  const registrationResponse = yield* ask(start.registrationRequest)
  const finish = yield* attempt(operation, () =>
    opaque.client.finishRegistration({
      password,
      keyStretching: stretching,
      registrationResponse,
      clientRegistrationState: start.clientRegistrationState
    }))
  const wrappedRoot = yield* wrapRoot(yield* exportKey(operation, finish.exportKey))
  return { record: finish.registrationRecord, wrappedRoot }
})
