/**
 * Writes to the store, each all or nothing and on disk when answered. SQLite has one writer and one file to sync: there,
 * those that wait share a transaction.
 */
import { Cause, Deferred, Effect, Exit, Queue, Schema } from "effect"
import { SqlClient, SqlError } from "effect/sql"

export interface Transactions {
  /** `job` may be done more than once, and must not write through this again: it would wait for itself. */
  readonly write: <A, E>(job: Effect.Effect<A, E>) => Effect.Effect<A, E | SqlError.SqlError>
}

/** One of a group refused what it was to do: what the others did has to be done again without it. */
class Spoilt extends Schema.TaggedError<Spoilt>()("Spoilt", {}) {}

interface Waiting {
  readonly job: Effect.Effect<void, Spoilt | SqlError.SqlError>
  /** Within a savepoint: a refusal is the job's own, and a failure of the database everybody's. */
  readonly apart: Effect.Effect<void, SqlError.SqlError>
  /** In a transaction of its own. */
  readonly alone: Effect.Effect<void>
  readonly answer: Effect.Effect<void>
}

const MAX_GROUP = 128

const databaseFailure = (exit: Exit.Exit<unknown, unknown>): SqlError.SqlError | undefined =>
  Exit.isSuccess(exit)
    ? undefined
    : exit.cause.reasons.filter(Cause.isFailReason).map(({ error }) => error).find(SqlError.isSqlError)

const makeGrouped = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const queue = yield* Queue.unbounded<Waiting>()

  /** A savepoint for each costs as much as a row: it is made where one of them refused. */
  const together = (group: ReadonlyArray<Waiting>): Effect.Effect<void> =>
    sql.withTransaction(Effect.forEach(group, ({ job }) => job, { discard: true })).pipe(
      Effect.catchTag(
        "Spoilt",
        () => sql.withTransaction(Effect.forEach(group, ({ apart }) => apart, { discard: true }))
      ),
      // The disk may have room for some of them.
      Effect.catchTag("SqlError", () => Effect.forEach(group, ({ alone }) => alone, { discard: true }))
    )

  const commit = (group: ReadonlyArray<Waiting>): Effect.Effect<void> => {
    const [first, ...others] = group
    return Effect.andThen(
      first !== undefined && others.length === 0 ? first.alone : together(group),
      Effect.forEach(group, ({ answer }) => answer, { discard: true })
    )
  }

  yield* Queue.takeBetween(queue, 1, MAX_GROUP).pipe(Effect.flatMap(commit), Effect.forever, Effect.forkScoped)

  const write: Transactions["write"] = <A, E>(job: Effect.Effect<A, E>) =>
    Effect.gen(function*() {
      const answered = yield* Deferred.make<A, E | SqlError.SqlError>()
      let outcome: Exit.Exit<A, E | SqlError.SqlError> = Exit.interrupt()
      const noted = <F>(run: Effect.Effect<A, E | SqlError.SqlError>, judge: (exit: typeof outcome) => F | undefined) =>
        Effect.flatMap(Effect.exit(run), (exit) => {
          outcome = exit
          const failure = judge(exit)
          return failure === undefined ? Effect.void : Effect.fail(failure)
        })
      yield* Queue.offer(queue, {
        job: noted(job, (exit) => Exit.isSuccess(exit) ? undefined : databaseFailure(exit) ?? new Spoilt()),
        apart: noted(sql.withTransaction(job), databaseFailure),
        alone: noted(sql.withTransaction(job), () => undefined),
        answer: Effect.suspend(() => Deferred.done(answered, outcome))
      })
      return yield* Deferred.await(answered)
    })
  return { write }
})

export const make = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const transactions: Transactions = yield* sql.onDialectOrElse({
    orElse: () => makeGrouped,
    pg: () => Effect.succeed<Transactions>({ write: (job) => sql.withTransaction(job) })
  })
  return transactions
})
