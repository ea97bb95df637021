/** What a provider counts of mail that leaves: numbers alone. */
import { type Effect, Metric } from "effect"
import type { RefusedRecipient } from "../../ports/MailTransport.ts"

const relayed = Metric.counter("leap_mail_relayed", {
  description: "Recipients elsewhere that were tried, by what became of it",
  incremental: true
})

const outcome = (name: "delivered" | "deferred" | "refused", count: number): Effect.Effect<void> =>
  Metric.update(Metric.withAttributes(relayed, { outcome: name }), count)

/** Of a try for `all` recipients. */
export const tried = (all: number, refused: ReadonlyArray<RefusedRecipient>): ReadonlyArray<Effect.Effect<void>> => {
  const deferred = refused.filter(({ transient }) => transient === true).length
  return [
    outcome("delivered", all - refused.length),
    outcome("deferred", deferred),
    outcome("refused", refused.length - deferred)
  ]
}
