import { NodeFileSystem } from "@effect/platform-node"
import { Effect, FileSystem, Layer, Redacted } from "effect"
import * as MailStoreMemory from "../../src/adapters/memory/MailStoreMemory.ts"
import * as MailStoreSqlite from "../../src/adapters/sqlite/MailStoreSqlite.ts"
import { mailStoreContract } from "./MailStore.contract.ts"

const key = Redacted.make(new Uint8Array(32).fill(7))

const encryptedFile = Layer.unwrap(Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "leap-mail-store-" })
  return MailStoreSqlite.layerFile({ filename: `${folder}/mail.db`, key })
})).pipe(Layer.provide(NodeFileSystem.layer))

mailStoreContract("memory", MailStoreMemory.layer)
mailStoreContract("encrypted SQLite file", encryptedFile)
