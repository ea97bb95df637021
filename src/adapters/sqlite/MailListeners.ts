/** Those who hear of changes to an account's mail, whichever component of the database made them. */
import { Context, Layer, PubSub } from "effect"
import type { MailboxChange } from "../../ports/MailStore.ts"

export class MailListeners extends Context.Service<MailListeners, PubSub.PubSub<MailboxChange>>()(
  "leap-mail/adapters/sqlite/MailListeners"
) {}

export const layer: Layer.Layer<MailListeners> = Layer.effect(MailListeners, PubSub.unbounded<MailboxChange>())
