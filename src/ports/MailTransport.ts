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

export interface RefusedRecipient {
  readonly to: string
  readonly reason: string
  /** Refused for now only (4xx) while others were accepted: to be tried again. */
  readonly transient?: boolean
}

export class MailTransport extends Context.Service<MailTransport, {
  /** Answers the recipients the next hop refused, with its words; all others are its business now. */
  send(message: OutgoingMessage): Effect.Effect<ReadonlyArray<RefusedRecipient>, MailTransportError>
}>()("leap-mail/ports/MailTransport") {}
