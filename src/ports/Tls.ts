/** What a listener proves itself with. */
import { Effect, Redacted, type Scope, Stream, SubscriptionRef } from "effect"

/** Both as PEM. */
export interface Identity {
  readonly key: Redacted.Redacted<string>
  /** The certificate, and those above it where there are any. */
  readonly cert: string
}

/** Certificates are renewed while a listener is open: who connects next is shown the newest. */
export type Tls = SubscriptionRef.SubscriptionRef<Identity>

/** As Node's servers take it. */
export const secretsOf = ({ cert, key }: Identity): { readonly key: string; readonly cert: string } => ({
  key: Redacted.value(key),
  cert
})

/** What there is now, and what comes after it, for as long as the scope is open. */
export const following = (tls: Tls, show: (identity: Identity) => void): Effect.Effect<void, never, Scope.Scope> =>
  SubscriptionRef.changes(tls).pipe(
    Stream.runForEach((identity) => Effect.sync(() => show(identity))),
    Effect.forkScoped,
    Effect.asVoid
  )
