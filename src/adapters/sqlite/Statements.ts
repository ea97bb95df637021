/** Statements kept for when they come again: to prepare one costs more than to run it. */
import type { Handle, Statement } from "./Driver.ts"

/** Of those that are put together anew each time the oldest go. */
const MAX_STATEMENTS = 200

export const keeping = (db: Handle): (sql: string) => Statement => {
  const kept = new Map<string, Statement>()
  return (sql) => {
    const known = kept.get(sql)
    if (known !== undefined) return known
    const statement = db.prepare(sql)
    kept.set(sql, statement)
    const oldest = kept.size > MAX_STATEMENTS ? kept.keys().next().value : undefined
    if (oldest !== undefined) kept.delete(oldest)
    return statement
  }
}
