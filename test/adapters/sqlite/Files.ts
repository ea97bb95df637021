/** Database files of one test: in a folder of their own, gone with its scope. */
import { NodeFileSystem } from "@effect/platform-node"
import { Effect, FileSystem, Layer, Redacted } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import * as SqliteClient from "../../../src/adapters/sqlite/SqliteClient.ts"
import { SqliteDatabase } from "../../../src/adapters/sqlite/SqliteDatabase.ts"
import type { SqliteOptions } from "../../../src/adapters/sqlite/SqliteFile.ts"

export const key = Redacted.make(Uint8Array.from({ length: 32 }, (_, index) => index + 1))

export const makeFile = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  return `${yield* fs.makeTempDirectoryScoped({ prefix: "leap-mail-sqlite-" })}/mail.db`
}).pipe(Effect.provide(NodeFileSystem.layer))

/** Closed when `body` is done. */
export const withDatabase = <A, E, R>(options: SqliteOptions, body: Effect.Effect<A, E, R>) =>
  Effect.provide(body, Layer.fresh(SqliteClient.layer(options)))

export const handle = Effect.map(SqliteDatabase, (database) => database.handle)

/** The file and all that lies beside it, by name. */
export const beside = (filename: string): ReadonlyMap<string, Buffer> =>
  new Map(readdirSync(dirname(filename)).sort().map((name) => [name, readFileSync(join(dirname(filename), name))]))
