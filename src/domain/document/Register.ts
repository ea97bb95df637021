/** A field whose last writer wins. */
import { Schema } from "effect"
import { Hlc } from "./Hlc.ts"

export interface Register<A> {
  readonly value: A
  readonly at: Hlc
}

/** Of anything that JSON holds. */
export const Register = <S extends Schema.Top>(value: S) => Schema.Struct({ value, at: Hlc })

export const make = <A>(value: A, at: Hlc): Register<A> => ({ value, at })

/** Ties come only from a device that lost its memory; any rule will do that is the same everywhere. */
export const merge = <A>(a: Register<A>, b: Register<A>): Register<A> => {
  if (a.at !== b.at) return a.at > b.at ? a : b
  return JSON.stringify(a.value) >= JSON.stringify(b.value) ? a : b
}
