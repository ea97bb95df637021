import { Effect } from "effect"
import { MailEngine } from "../../../src/adapters/sqlite/MailEngine.ts"

/** All that a store would do in its own time. */
export const settle = Effect.gen(function*() {
  const { database, freePages, index, sweeper } = yield* MailEngine
  while (yield* database.read(() => sweeper.isWaiting())) yield* database.write(() => sweeper.step())
  while (yield* database.read(() => index.isBehind())) yield* database.write(() => index.step())
  while (yield* database.read(() => freePages.areMany())) yield* database.write(() => freePages.step())
})
