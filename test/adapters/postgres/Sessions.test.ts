import { assert, layer } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Ref, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import * as PostgresClient from "../../../src/adapters/postgres/PostgresClient.ts"
import * as Postgres from "../../ports/Postgres.ts"

const WORKERS = 8
const SESSIONS = 3

layer(Postgres.layer, { excludeTestServices: true, timeout: "60 seconds" })("Sessions", (it) => {
  it.effect("are replaced when they die, whatever they were doing, and are never more than they may be", () =>
    Effect.gen(function*() {
      const { createDatabase } = yield* Postgres.PostgresServer
      const url = yield* createDatabase
      const open = (maxConnections: number) =>
        Effect.map(
          Layer.build(Layer.fresh(PostgresClient.layer({ url, maxConnections }))),
          (context) => Context.get(context, SqlClient.SqlClient)
        )
      const [sql, other] = [yield* open(SESSIONS), yield* open(1)]
      yield* sql`CREATE TABLE done (worker INT)`
      const failures = yield* Ref.make(0)
      const work = sql.withTransaction(Effect.andThen(sql`INSERT INTO done VALUES (1)`, sql`SELECT pg_sleep(0.002)`))
        .pipe(
          Effect.tapError(() => Ref.update(failures, (count) => count + 1)),
          Effect.ignore
        )
      const count = Effect.map(other<{ n: number }>`SELECT count(*) AS n FROM done`, ([row]) => row?.n ?? 0)
      const workers = yield* Effect.forEach(
        Array.from({ length: WORKERS }),
        () => Effect.forkChild(Effect.forever(work))
      )
      yield* Effect.repeat(
        other`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
        Schedule.spaced("10 millis").pipe(Schedule.upTo({ times: 30 }))
      )
      assert.isAbove(yield* Ref.get(failures), 0)
      const before = yield* count
      yield* Effect.repeat(count, {
        schedule: Schedule.spaced("10 millis"),
        until: (now) => now > before + 2 * WORKERS
      })
      const [row] = yield* other<
        { n: number }
      >`SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database()`
      assert.isAtMost(row?.n ?? 0, SESSIONS + 1)
      yield* Effect.forEach(workers, Fiber.interrupt)
      // Interrupted in the middle, they are lent out again.
      yield* Effect.forEach(Array.from({ length: WORKERS }), () => sql`SELECT 1`, { concurrency: WORKERS })
    }))
})
