/** What a hostile client, or a broken one, makes of a command: octets changed, lost, doubled, and put where they hurt. */
import { Schema } from "effect"
import { concat, fromLatin1 } from "../../../../src/domain/message/Latin1.ts"

/** What parsers of other servers fell over. */
const SHARP = [
  "{",
  "{0}\r\n",
  "{3+}\r\nabc",
  "{4}\r\n",
  "{4294967296+}\r\n",
  "{99999999999999999999}\r\n",
  "(",
  ")",
  "(".repeat(60),
  "\"",
  "\\",
  "\\Seen",
  "*",
  "*:4294967295",
  ":",
  ",",
  "0",
  "4294967296",
  "BODY[",
  "BODY[1.2.3.MIME]<4294967295.4294967295>",
  "]",
  "<",
  "NIL",
  "&",
  "&AAA-",
  "&2AA-",
  "\0",
  "\r",
  "\n",
  "\r\n",
  "\xff\xfe",
  " ",
  "NOT ",
  "OR ",
  "UID ",
  "CHARSET X ",
  "%".repeat(100)
].map(fromLatin1)

export const damage = Schema.Array(Schema.Struct({
  kind: Schema.Literals(["put", "set", "cut", "double"]),
  at: Schema.Natural,
  length: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 20 })),
  value: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 }))
})).check(Schema.isMaxLength(5))
export type Damage = typeof damage.Type

export const damaged = (octets: Uint8Array, damage: Damage): Uint8Array =>
  damage.reduce((whole, { at: position, kind, length, value }) => {
    const at = position % (whole.length + 1)
    const [before, after] = [whole.subarray(0, at), whole.subarray(at)]
    switch (kind) {
      case "put":
        return concat([before, SHARP[value % SHARP.length] ?? before, after])
      case "set":
        return concat([before, Uint8Array.of(value), after.subarray(1)])
      case "cut":
        return concat([before, after.subarray(length)])
      case "double":
        return concat([before, after.subarray(0, length), after])
    }
  }, octets)
