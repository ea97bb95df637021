import { Effect, type Redacted } from "effect"
import * as MailStoreSqlite from "leap-mail/adapters/sqlite/MailStoreSqlite"
import { overview } from "./Morning.ts"

/** Of an encrypted store in a file; the key has 32 bytes. */
export const show = (filename: string, key: Redacted.Redacted<Uint8Array>) =>
  Effect.provide(overview, MailStoreSqlite.layerFile({ filename, key }))
