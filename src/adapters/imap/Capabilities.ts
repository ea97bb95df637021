/** What CAPABILITY tells, before and after login. */
import { MAX_MESSAGE } from "./Limits.ts"
import type { State } from "./State.ts"

/**
 * MESSAGELIMIT (RFC 9738) is not among them: commands answer as they go and in steps, so that none needs a limit, and one
 * would hide the rest of a large mailbox from clients that know nothing of it (§4.1). Its search keys are known.
 */
const ALWAYS = ["IMAP4rev1", "IMAP4rev2", "SASL-IR", "ID", "ENABLE"]
/** A stranger has little to say, and is to be asked for the rest of it (RFC 7888 §5). */
const BEFORE_LOGIN = ["LITERAL-"]
const AFTER_LOGIN = [
  "LITERAL+",
  "IDLE",
  "NOTIFY",
  "METADATA",
  "LIST-METADATA",
  "QUOTA",
  "QUOTA=RES-STORAGE",
  "NAMESPACE",
  "UNSELECT",
  "CHILDREN",
  "LIST-EXTENDED",
  "LIST-STATUS",
  "SPECIAL-USE",
  "CREATE-SPECIAL-USE",
  "STATUS=SIZE",
  "UIDPLUS",
  "MOVE",
  "MULTIAPPEND",
  "CATENATE",
  "REPLACE",
  "UTF8=ACCEPT",
  "CONDSTORE",
  "QRESYNC",
  "ESEARCH",
  "SEARCHRES",
  "UIDONLY",
  "UIDBATCHES",
  "INPROGRESS",
  "SORT",
  "SORT=DISPLAY",
  "ESORT",
  "THREAD=ORDEREDSUBJECT",
  "THREAD=REFERENCES",
  "WITHIN",
  "PARTIAL",
  "BINARY",
  "PREVIEW",
  "SAVEDATE",
  "OBJECTID",
  `APPENDLIMIT=${MAX_MESSAGE}`
]

type Known = Pick<State, "compression" | "isPrivate" | "startTls" | "store">

export const capabilities = ({ compression, isPrivate, startTls, store }: Known): ReadonlyArray<string> =>
  store !== undefined
    ? [...ALWAYS, ...AFTER_LOGIN, ...compression === "off" ? ["COMPRESS=DEFLATE"] : []]
    : [
      ...ALWAYS,
      ...BEFORE_LOGIN,
      ...startTls === undefined ? [] : ["STARTTLS"],
      isPrivate ? "AUTH=PLAIN" : "LOGINDISABLED"
    ]
