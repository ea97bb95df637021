/** What a search asks, free of any protocol: IMAP keys and JMAP filters both become this (RFC 9051 §6.4.4). */
import type { Flag } from "./Flag.ts"
import type { EmailId } from "./Mailbox.ts"
import type { UidSet } from "./UidSet.ts"

/** A calendar day, time and zone disregarded, as milliseconds of its UTC midnight. */
export type Day = number

export type SearchQuery =
  | { readonly _tag: "All" }
  | { readonly _tag: "Uids"; readonly uids: UidSet }
  | { readonly _tag: "EmailId"; readonly id: EmailId }
  | { readonly _tag: "ThreadId"; readonly id: string }
  | { readonly _tag: "HasFlag"; readonly flag: Flag }
  /** Header field contains; empty `text` asks for presence. Field names compare without case. */
  | { readonly _tag: "Header"; readonly field: string; readonly text: string }
  /** From, To, Cc, Bcc, Subject: decoded header text contains. */
  | { readonly _tag: "Envelope"; readonly field: "from" | "to" | "cc" | "bcc" | "subject"; readonly text: string }
  | { readonly _tag: "Body"; readonly text: string }
  /** Header or body contains. */
  | { readonly _tag: "Text"; readonly text: string }
  | { readonly _tag: "Larger"; readonly octets: number }
  | { readonly _tag: "Smaller"; readonly octets: number }
  /** Internal date, `Date:` header, or save date: day < / = / >= */
  | {
    readonly _tag: "Date"
    readonly of: "internal" | "sent" | "saved"
    readonly is: "before" | "on" | "since"
    readonly day: Day
  }
  /** Internal date at most / at least so many seconds old (RFC 5032). */
  | { readonly _tag: "Younger"; readonly seconds: number }
  | { readonly _tag: "Older"; readonly seconds: number }
  | { readonly _tag: "ModSeq"; readonly atLeast: number }
  | { readonly _tag: "Not"; readonly query: SearchQuery }
  | { readonly _tag: "And"; readonly queries: ReadonlyArray<SearchQuery> }
  | { readonly _tag: "Or"; readonly queries: ReadonlyArray<SearchQuery> }
