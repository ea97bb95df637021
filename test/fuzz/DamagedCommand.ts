/** Damage to IMAP commands. */
import { damagedWith } from "./Damage.ts"

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
]

export const damaged = damagedWith(SHARP)
