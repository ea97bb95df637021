/** Says of a message that leaves that it is of a domain of ours. */
import { Context, type Effect, Schema } from "effect"

export class MailSignerError extends Schema.TaggedError<MailSignerError>()("MailSignerError", {
  reason: Schema.String
}) {
  override get message(): string {
    return `Outgoing mail cannot be signed: ${this.reason}`
  }
}

export class MailSigner extends Context.Service<MailSigner, {
  /** With a signature of that domain on top, or as it was where the domain has none. */
  sign(bytes: Uint8Array, domain: string): Effect.Effect<Uint8Array, MailSignerError>
}>()("leap-mail/ports/MailSigner") {}
