/** What a listener proves itself with. */
import type { Redacted, SubscriptionRef } from "effect"

/** Both as PEM. */
export interface Identity {
  readonly key: Redacted.Redacted<string>
  /** The certificate, and those above it where there are any. */
  readonly cert: string
}

/** Certificates are renewed while a listener is open: who connects next is shown the newest. */
export type Tls = SubscriptionRef.SubscriptionRef<Identity>
