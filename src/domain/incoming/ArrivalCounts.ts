/** What a provider counts of mail that comes: numbers alone. */
import { Effect, Metric } from "effect"

const arrived = Metric.counter("leap_mail_arrivals", {
  description: "Messages for one account each, by what became of them",
  incremental: true
})

const taken = Metric.withAttributes(arrived, { outcome: "Taken" })

/** By the tag of its failure, or `Taken`. */
export const counted = <A, E extends { readonly _tag: string }, R>(
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  effect.pipe(
    Effect.tap(Metric.update(taken, 1)),
    Effect.tapError(({ _tag }) => Metric.update(Metric.withAttributes(arrived, { outcome: _tag }), 1))
  )
