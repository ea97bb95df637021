/** What a hostile program, or a broken one, makes of octets: some changed, lost, doubled, and some put where they hurt. */
import { Schema } from "effect"
import { concat, fromLatin1 } from "../../src/domain/message/Latin1.ts"

export const damage = Schema.Array(Schema.Struct({
  kind: Schema.Literals(["put", "set", "cut", "double"]),
  at: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 })),
  length: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 20 })),
  value: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 }))
})).check(Schema.isMaxLength(5))
export type Damage = typeof damage.Type

/** `sharp`: what parsers of its kind fell over. */
export const damagedWith = (sharp: ReadonlyArray<string>) => {
  const pieces = sharp.map(fromLatin1)
  return (octets: Uint8Array, damage: Damage): Uint8Array =>
    damage.reduce((whole, { at: position, kind, length, value }) => {
      const at = position % (whole.length + 1)
      const [before, after] = [whole.subarray(0, at), whole.subarray(at)]
      switch (kind) {
        case "put":
          return concat([before, pieces[value % pieces.length] ?? before, after])
        case "set":
          return concat([before, Uint8Array.of(value), after.subarray(1)])
        case "cut":
          return concat([before, after.subarray(length)])
        case "double":
          return concat([before, after.subarray(0, length), after])
      }
    }, octets)
}
