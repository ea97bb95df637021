/** What the client's sides of OPAQUE share. */
import { Effect, Redacted } from "effect"
import { Base64Url } from "effect/encoding"
import { EnrolmentError } from "../../ports/Enrolment.ts"

/** What the library throws is a message it cannot read: the other side is broken or lies. */
export const attempt = <A>(operation: EnrolmentError["operation"], step: () => A): Effect.Effect<A, EnrolmentError> =>
  Effect.try({ try: step, catch: (cause) => new EnrolmentError({ operation, transient: false, cause }) })

export const exportKey = (operation: EnrolmentError["operation"], text: string) =>
  Effect.fromResult(Base64Url.decode(text)).pipe(
    Effect.mapError((cause) => new EnrolmentError({ operation, transient: false, cause })),
    Effect.map((bytes) => Redacted.make<Uint8Array>(bytes, { label: "export key" }))
  )

/** One password, typed on different machines, is one string (RFC 8265 §4.2). */
export const normal = (password: Redacted.Redacted<string>): string => Redacted.value(password).normalize("NFC")
