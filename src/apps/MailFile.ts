/** The encrypted database that holds an account's mail, keys and outbox. */
import { Effect, Layer, Path } from "effect"
import * as SqliteClient from "../adapters/sqlite/SqliteClient.ts"
import type { Unlocked } from "./Unlock.ts"

type Opened = Pick<Unlocked, "folder" | "secrets">

export const fileOf = ({ folder, secrets }: Opened) =>
  Effect.map(Path.Path, (path) => ({ filename: path.join(folder, "mail.db"), key: secrets.databaseKey }))

export const layer = (opened: Opened) => Layer.unwrap(Effect.map(fileOf(opened), SqliteClient.layer))
