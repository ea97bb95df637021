/**
 * Writes to the store, each all or nothing and on disk when answered. SQLite has one writer and one file to sync: there,
 * those that wait share a transaction, each within a savepoint of its own.
 */
import { Deferred, Effect, Exit, Queue } from "effect"
import { SqlClient, type SqlError } from "effect/sql"

export interface Transactions {
  /** `job` must not write through this again: it would wait for itself. */
  readonly write: <A, E>(job: Effect.Effect<A, E>) => Effect.Effect<A, E | SqlError.SqlError>
}

interface Waiting {
  readonly run: Effect.Effect<void>
  readonly settle: (failure: SqlError.SqlError | undefined) => Effect.Effect<void>
}

const MAX_GROUP = 128

const makeGrouped = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const queue = yield* Queue.unbounded<Waiting>()

  const commit = Effect.fnUntraced(function*(group: ReadonlyArray<Waiting>) {
    const exit = yield* Effect.exit(sql.withTransaction(Effect.forEach(group, ({ run }) => run, { discard: true })))
    if (Exit.isSuccess(exit)) return yield* Effect.forEach(group, ({ settle }) => settle(undefined), { discard: true })
    const failure = Exit.findErrorOption(exit)
    if (failure._tag === "None") return yield* Effect.failCause(exit.cause)
    yield* Effect.forEach(group, ({ settle }) => settle(failure.value), { discard: true })
  })

  yield* Queue.takeBetween(queue, 1, MAX_GROUP).pipe(
    Effect.flatMap(commit),
    Effect.forever,
    Effect.forkScoped
  )

  const write: Transactions["write"] = <A, E>(job: Effect.Effect<A, E>) =>
    Effect.gen(function*() {
      const answer = yield* Deferred.make<A, E | SqlError.SqlError>()
      let outcome: Exit.Exit<A, E | SqlError.SqlError> = Exit.interrupt()
      yield* Queue.offer(queue, {
        run: Effect.map(Effect.exit(sql.withTransaction(job)), (exit) => void (outcome = exit)),
        settle: (failure) => Deferred.done(answer, failure === undefined ? outcome : Exit.fail(failure))
      })
      return yield* Deferred.await(answer)
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
