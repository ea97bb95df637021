/** Columns of many messages at once. */
import type { Handle } from "./SqliteDatabase.ts"

export type Row = ReadonlyArray<unknown>

/** By message number; undefined where it is gone. A row begins with its number. */
export type MessageRows = (messages: ReadonlyArray<number>) => ReadonlyArray<Row | undefined>

/** `number`: the column that has the message's number. */
export const make = (db: Handle, number: string, columns: ReadonlyArray<string>, from: string): MessageRows => {
  const select = `SELECT ${[number, ...columns].join(", ")} FROM ${from} WHERE ${number}`
  const one = db.prepare(`${select} = ?`).raw(true)
  const run = db.prepare(`${select} BETWEEN ? AND ?`).raw(true)

  return (messages) => {
    const first = messages[0] ?? 0
    // Mail that came together lies together: then one walk over the rows is cheaper than a look-up each.
    const isRun = messages.every((message, index) => message === first + index)
    if (!isRun) return messages.map((message) => one.get(message) as Row | undefined)
    const rows: Array<Row | undefined> = Array.from({ length: messages.length })
    for (const row of run.all(first, first + messages.length - 1) as Array<Row>) rows[row[0] as number - first] = row
    return rows
  }
}
