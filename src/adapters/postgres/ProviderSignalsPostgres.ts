/** ProviderSignals between nodes on one PostgreSQL: LISTEN and NOTIFY on one channel. */
import { Effect, Layer, Queue, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { type AccountEvent, make } from "../../domain/document/ChangeFeed.ts"
import { ProviderSignals } from "../../ports/ProviderSignals.ts"
import { PostgresListener } from "./PostgresClient.ts"

const CHANNEL = "leap_mail"
/** Those that wait go in one statement. */
const MAX_GROUP = 500

/** `42 g 17`, `42 i`, `42 s` */
const write = (account: number, event: AccountEvent): string =>
  event._tag === "Generation"
    ? `${account} g ${event.generation}`
    : `${account} ${event._tag === "Incoming" ? "i" : "s"}`

const SIGNAL = /^(\d{1,15}) (?:g (\d{1,15})|([is]))$/

const read = (text: string): readonly [account: number, event: AccountEvent] | undefined => {
  const [, account, generation, kind] = SIGNAL.exec(text) ?? []
  if (account === undefined) return undefined
  if (generation !== undefined) return [Number(account), { _tag: "Generation", generation: Number(generation) }]
  return [Number(account), { _tag: kind === "i" ? "Incoming" : "Sessions" }]
}

const again = Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("10 seconds")]).pipe(Schedule.jittered)

export const layer: Layer.Layer<ProviderSignals, never, SqlClient.SqlClient | PostgresListener> = Layer.effect(
  ProviderSignals,
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const { listen } = yield* PostgresListener
    const feeds = make()
    const waiting = yield* Queue.unbounded<string>()

    const hear = Effect.scoped(Effect.gen(function*() {
      const notifications = yield* listen(CHANNEL)
      return yield* Queue.take(notifications).pipe(
        Effect.map(({ payload }) => {
          const signal = read(payload)
          if (signal !== undefined) feeds.announce(...signal)
        }),
        Effect.forever
      )
    }))
    yield* hear.pipe(
      Effect.tapError((error) => Effect.logWarning("PostgreSQL was lost; feeds look for themselves meanwhile", error)),
      Effect.retry(again),
      Effect.forkScoped
    )

    // Outside the transactions that they tell of: a NOTIFY within would make all commits wait for each other.
    const tell = (signals: ReadonlyArray<string>) =>
      sql`SELECT pg_notify(${CHANNEL}, signal) FROM unnest(${Array.from(new Set(signals))}::text[]) AS signal`.pipe(
        Effect.retry({ schedule: again, times: 5 }),
        Effect.catch((error) => Effect.logWarning("Other nodes could not be told of a change", error))
      )
    yield* Queue.takeBetween(waiting, 1, MAX_GROUP).pipe(Effect.flatMap(tell), Effect.forever, Effect.forkScoped)

    return ProviderSignals.of({
      announce: (account, event) => Effect.asVoid(Queue.offer(waiting, write(account, event))),
      listen: feeds.listen
    })
  })
)
