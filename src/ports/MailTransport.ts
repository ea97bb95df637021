/** Hands a finished message to the next hop. */
import { Context, type Effect, Schema } from "effect"

export class MailTransportError extends Schema.TaggedError<MailTransportError>()("MailTransportError", {
  /** 4xx, network: try again later. Otherwise the message goes back to its sender. */
  transient: Schema.Boolean,
  /** SMTP reply or a sentence. */
  reason: Schema.String
}) {}

export interface OutgoingMessage {
  /** Empty for delivery status notifications. */
  readonly from: string
  readonly to: ReadonlyArray<string>
  readonly bytes: Uint8Array
}

export class MailTransport extends Context.Service<MailTransport, {
  /** Answers the recipients the next hop refused for good, with its words; all others are its business now. */
  send(message: OutgoingMessage): Effect.Effect<
    ReadonlyArray<{ readonly to: string; readonly reason: string }>,
    MailTransportError
  >
}>()("leap-mail/ports/MailTransport") {}
