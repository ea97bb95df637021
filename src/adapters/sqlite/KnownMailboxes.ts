/** Rows of mailboxes, read once: most commands ask for the same one, and it changes less often than it is asked for. */
import { Result } from "effect"
import type { MailboxTable } from "./MailboxTable.ts"
import type { SqliteDatabase } from "./SqliteDatabase.ts"

/** As `mailboxes`, remembering. Whoever writes to the table, and whatever is undone, makes it forget. */
export const make = ({ handle, onUndo }: SqliteDatabase["Service"], mailboxes: MailboxTable): MailboxTable => {
  const memories: Array<Map<string, unknown>> = []
  const forget = (): void => {
    for (const memory of memories) memory.clear()
  }
  handle.function("mailbox_written", () => {
    forget()
    onUndo(forget)
    // SQLite has no word for undefined.
    return null
  })
  for (const event of ["INSERT", "UPDATE", "DELETE"]) {
    handle.exec(
      `CREATE TEMP TRIGGER mailbox_${event} AFTER ${event} ON main.mailbox BEGIN SELECT mailbox_written(); END`
    )
  }

  const remembering = <K extends string, A, E>(
    read: (key: K) => Result.Result<A, E>
  ): (key: K) => Result.Result<A, E> => {
    const memory = new Map<string, Result.Success<A, E>>()
    memories.push(memory)
    return (key) => {
      const known = memory.get(key)
      if (known !== undefined) return known
      const found = read(key)
      if (Result.isSuccess(found)) memory.set(key, found)
      return found
    }
  }

  return { ...mailboxes, get: remembering(mailboxes.get), named: remembering(mailboxes.named) }
}
