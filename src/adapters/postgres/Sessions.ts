/**
 * Sessions with PostgreSQL, lent to one at a time. effect's own pool (4.1.0) may lend nothing more once sessions have died
 * while others were being opened, as they do when the server is restarted.
 */
import { PgClient } from "@effect/sql-pg"
import { Cause, Effect, Exit, Scope, Semaphore } from "effect"
import { Reactivity } from "effect/reactivity"
import { type SqlConnection, SqlError } from "effect/sql"

interface Session {
  readonly connection: SqlConnection.Connection
  readonly scope: Scope.Closeable
  /** What was to be undone may not be. */
  isBroken: boolean
}

/** What the server says of a statement: the session goes on. */
const ANSWERS: ReadonlySet<string> = new Set([
  "AuthorizationError",
  "SqlSyntaxError",
  "UniqueViolation",
  "ConstraintError",
  "DeadlockError",
  "SerializationError",
  "LockTimeoutError"
])

const isWhole = (exit: Exit.Exit<unknown, unknown>): boolean =>
  Exit.isSuccess(exit) ||
  exit.cause.reasons.every((reason) =>
    Cause.isFailReason(reason) && (!SqlError.isSqlError(reason.error) || ANSWERS.has(reason.error.reason._tag))
  )

const UNDOING = /^(ROLLBACK|RELEASE)\b/

/**
 * effect (4.1.0) makes a defect of a rollback that fails, and whoever handles errors sees none. Of a session that is gone
 * nothing is left to roll back; one that is not gone is not lent again.
 */
const forgiving = (connection: SqlConnection.Connection, onFailure: Effect.Effect<void>): SqlConnection.Connection => ({
  execute: (sql, params, transformRows) => {
    const executed = connection.execute(sql, params, transformRows)
    return UNDOING.test(sql) ? Effect.catch(executed, () => Effect.as(onFailure, [])) : executed
  },
  executeRaw: (sql, params) => connection.executeRaw(sql, params),
  executeStream: (sql, params, transformRows) => connection.executeStream(sql, params, transformRows),
  executeValues: (sql, params) => connection.executeValues(sql, params),
  executeValuesUnprepared: (sql, params) => connection.executeValuesUnprepared(sql, params),
  executeUnprepared: (sql, params, transformRows) => connection.executeUnprepared(sql, params, transformRows)
})

/** At most `max` at once; who comes later waits. */
export const make = Effect.fn("Sessions.make")(function*(config: PgClient.PgClientConfig, max: number) {
  const reactivity = yield* Reactivity.Reactivity
  const turns = yield* Semaphore.make(max)
  const idle: Array<Session> = []
  const close = ({ scope }: Session) => Scope.close(scope, Exit.void)

  const open = Effect.gen(function*() {
    const scope = yield* Scope.make()
    return yield* PgClient.makeClient(config).pipe(
      Effect.flatMap(({ reserve }) => reserve),
      Effect.map((connection) => {
        const session: Session = {
          connection: forgiving(connection, Effect.sync(() => void (session.isBroken = true))),
          scope,
          isBroken: false
        }
        return session
      }),
      Scope.provide(scope),
      Effect.provideService(Reactivity.Reactivity, reactivity),
      Effect.onError(() => Scope.close(scope, Exit.void))
    )
  })
  const take = Effect.suspend(() => {
    const session = idle.pop()
    return session === undefined ? open : Effect.succeed(session)
  })
  /**
   * With one that died, those that wait are suspect. Nobody waits for their end: where the server was killed, a session's may
   * not come, and whoever asked would never be answered.
   */
  const give = (session: Session, exit: Exit.Exit<unknown, unknown>) =>
    Effect.suspend(() => {
      if (isWhole(exit) && !session.isBroken) return Effect.sync(() => void idle.push(session))
      return Effect.asVoid(Effect.forkDetach(Effect.forEach([session, ...idle.splice(0)], close, { discard: true })))
    })

  yield* Effect.addFinalizer(() => Effect.suspend(() => Effect.forEach(idle.splice(0), close, { discard: true })))
  const turn = Effect.acquireRelease(turns.take(1), () => turns.release(1), { interruptible: true })
  return {
    /** Until the scope closes. */
    acquirer: Effect.andThen(turn, Effect.acquireRelease(take, give)).pipe(Effect.map(({ connection }) => connection)),
    borrower: <A, E, R>(use: (connection: SqlConnection.Connection) => Effect.Effect<A, E, R>) =>
      turns.withPermits(1)(Effect.acquireUseRelease(take, ({ connection }) => use(connection), give))
  }
})
