/** The parts of an account's mail in one database, made once and shared by the stores that show it. */
import { Clock, Context, Effect, Layer, PubSub } from "effect"
import type { MailboxChange } from "../../ports/MailStore.ts"
import * as ContentDemands from "./ContentDemands.ts"
import * as FreePages from "./FreePages.ts"
import * as KnownMailboxes from "./KnownMailboxes.ts"
import * as MailboxStates from "./MailboxStates.ts"
import * as MailboxTable from "./MailboxTable.ts"
import * as MailChanges from "./MailChanges.ts"
import { MIGRATIONS } from "./MailSchema.ts"
import * as MessageTable from "./MessageTable.ts"
import * as MetadataTable from "./MetadataTable.ts"
import { migrate } from "./Migrations.ts"
import * as SearchIndex from "./SearchIndex.ts"
import * as SearchTexts from "./SearchTexts.ts"
import { SqliteDatabase } from "./SqliteDatabase.ts"
import type { SqliteError } from "./SqliteError.ts"
import * as Sweeper from "./Sweeper.ts"
import * as VanishedTable from "./VanishedTable.ts"

const make = Effect.gen(function*() {
  const database = yield* SqliteDatabase
  yield* migrate(database, "mail", MIGRATIONS)
  const db = database.handle
  const mailboxes = KnownMailboxes.make(database, MailboxTable.make(db))
  const states = MailboxStates.make(database)
  const messages = MessageTable.make(db)
  const vanished = VanishedTable.make(db)
  const texts = SearchTexts.make(db, messages.contents)
  const index = SearchIndex.make(db, texts)
  const now = yield* Clock.currentTimeMillis
  // INBOX is never deleted: without mailboxes the store is new, or its first start was cut short here.
  yield* database.write(() => {
    if (mailboxes.list().length === 0) mailboxes.createStandard(now)
  })
  let asked = 0
  return {
    /** Each time that somebody asks for something: upkeep keeps out of the way. */
    touch: (): void => {
      asked++
    },
    touched: (): number => asked,
    database,
    mailboxes,
    metadata: MetadataTable.make(db),
    states,
    messages,
    demands: ContentDemands.make(),
    vanished,
    texts,
    index,
    freePages: FreePages.make(db),
    sweeper: Sweeper.make(db, messages.contents, index),
    changes: MailChanges.make(mailboxes, states, messages, vanished),
    /** Hear of each change after its commit, whichever store made it. */
    listeners: yield* PubSub.unbounded<MailboxChange>()
  }
})

export class MailEngine extends Context.Service<MailEngine, Effect.Success<typeof make>>()(
  "leap-mail/adapters/sqlite/MailEngine"
) {}

export const layer: Layer.Layer<MailEngine, SqliteError, SqliteDatabase> = Layer.effect(MailEngine, make)
