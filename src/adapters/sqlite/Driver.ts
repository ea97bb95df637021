/** What we use of better-sqlite3-multiple-ciphers, typed without `any`. */
// @ts-expect-error TS7016: the package's "exports" hide its index.d.ts
import Database from "better-sqlite3-multiple-ciphers"

export interface Statement {
  /** Does it answer rows? */
  readonly reader: boolean
  run(...parameters: ReadonlyArray<unknown>): { readonly changes: number; readonly lastInsertRowid: number | bigint }
  get(...parameters: ReadonlyArray<unknown>): unknown
  all(...parameters: ReadonlyArray<unknown>): Array<unknown>
  iterate(...parameters: ReadonlyArray<unknown>): IterableIterator<unknown>
  /** First column only. */
  pluck(isOn?: boolean): this
  /** Rows as arrays. */
  raw(isOn?: boolean): this
}

export interface Handle {
  readonly inTransaction: boolean
  prepare(sql: string): Statement
  exec(sql: string): this
  /** What SQL may call by that name. */
  function(name: string, f: (...parameters: ReadonlyArray<unknown>) => unknown): this
  pragma(sql: string, options?: { readonly simple: boolean }): unknown
  close(): this
}

/** Throws what SQLite throws. `timeout` in milliseconds. */
export const openUnsafe = (filename: string, timeout: number): Handle =>
  new (Database as new(filename: string, options: { readonly timeout: number }) => Handle)(filename, { timeout })
