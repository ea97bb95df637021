/** What a provider's store does of itself: its own secrets, and forgetting what is over. */
import { Context, type Effect } from "effect"
import type { Done } from "./ProviderStoreError.ts"

export class ProviderUpkeep extends Context.Service<ProviderUpkeep, {
  /** A provider-wide secret, made once by `make` (OPAQUE server setup). */
  secret(name: string, make: Effect.Effect<string>): Done<string>
  /** Expired sessions, codes, attempts and invitations, and blobs that no document has referred to for a day. */
  sweep(now: number): Done<void>
  /** Fails where the store cannot be reached. */
  readonly ping: Done<void>
}>()("leap-mail/ports/ProviderUpkeep") {}
