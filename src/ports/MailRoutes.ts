/** Where mail for a domain goes. */
import { Context, type Effect, Schema } from "effect"

export interface MailRoute {
  readonly host: string
  readonly port: number
  /** Over TLS with this host's name in a valid certificate (RFC 8461), or else as well as it can be (RFC 7435). */
  readonly isVerified: boolean
}

export class NoRoute extends Schema.TaggedError<NoRoute>()("NoRoute", {
  /** The name servers may answer otherwise later. */
  transient: Schema.Boolean,
  reason: Schema.String
}) {
  override get message(): string {
    return this.reason
  }
}

export class MailRoutes extends Context.Service<MailRoutes, {
  /** To be tried in this order; at least one. */
  routes(domain: string): Effect.Effect<ReadonlyArray<MailRoute>, NoRoute>
}>()("leap-mail/ports/MailRoutes") {}
