/** What the server says (RFC 3501 §7), as values. */
import type { Flag } from "../../../domain/mailbox/Flag.ts"
import type { MailboxId } from "../../../domain/mailbox/Mailbox.ts"
import type { EntryName } from "../../../domain/mailbox/Metadata.ts"
import type { Slice } from "../../../domain/mailbox/Placements.ts"
import type { SectionSpec } from "../../../domain/message/Section.ts"
import type { StatusItem } from "./List.ts"

/** `resp-text-code` (RFC 3501 §7.1, RFC 4315, RFC 5530) */
export type Code =
  | {
    readonly _tag: "Word"
    readonly word:
      | "TRYCREATE"
      | "READ-ONLY"
      | "READ-WRITE"
      | "CLOSED"
      | "UNKNOWN-CTE"
      | "UIDREQUIRED"
      | "TOOFEW"
      | "USEATTR"
      /** RFC 9208 */
      | "OVERQUOTA"
      | "COMPRESSIONACTIVE"
      /** RFC 5465 §5.8 */
      | "NOTIFICATIONOVERFLOW"
      | Rfc5530
  }
  | { readonly _tag: "Capability"; readonly names: ReadonlyArray<string> }
  | { readonly _tag: "PermanentFlags"; readonly flags: ReadonlyArray<Flag> }
  | {
    readonly _tag: "Number"
    readonly word: "UIDNEXT" | "UIDVALIDITY" | "UNSEEN" | "HIGHESTMODSEQ"
    readonly value: number
  }
  /** RFC 9585 */
  | { readonly _tag: "InProgress"; readonly tag: string }
  /** Numbers or uids (RFC 7162 §3.1.3). */
  | { readonly _tag: "Modified"; readonly set: string }
  /** RFC 8474 */
  | { readonly _tag: "MailboxId"; readonly id: MailboxId }
  /** RFC 5464 §4.2.1, §4.3 */
  | { readonly _tag: "Metadata"; readonly word: "LONGENTRIES" | "MAXSIZE"; readonly value: number }
  | { readonly _tag: "Metadata"; readonly word: "TOOMANY"; readonly value: undefined }
  /** RFC 5465 §3.1 */
  | { readonly _tag: "BadEvent"; readonly events: ReadonlyArray<string> }
  /** RFC 4469 §4.1 */
  | { readonly _tag: "BadUrl"; readonly url: string }
  | { readonly _tag: "BadCharset"; readonly known: ReadonlyArray<string> }
  | { readonly _tag: "AppendUid"; readonly uidValidity: number; readonly uids: string }
  | { readonly _tag: "CopyUid"; readonly uidValidity: number; readonly source: string; readonly target: string }

type Rfc5530 =
  | "AUTHENTICATIONFAILED"
  | "AUTHORIZATIONFAILED"
  | "PRIVACYREQUIRED"
  | "UNAVAILABLE"
  | "NONEXISTENT"
  | "ALREADYEXISTS"
  | "CANNOT"
  | "HASCHILDREN"
  | "EXPUNGEISSUED"
  | "LIMIT"
  | "TOOBIG"
  | "SERVERBUG"
  | "CLIENTBUG"

export type FetchData =
  | { readonly _tag: "Uid"; readonly uid: number }
  | { readonly _tag: "Flags"; readonly flags: ReadonlyArray<Flag> }
  | { readonly _tag: "InternalDate"; readonly at: number }
  | { readonly _tag: "Size"; readonly octets: number }
  | { readonly _tag: "ModSeq"; readonly modSeq: number }
  | { readonly _tag: "SaveDate"; readonly at: number }
  /** ENVELOPE, BODYSTRUCTURE and such: text of the grammar already. */
  | { readonly _tag: "Written"; readonly name: string; readonly text: string }
  | {
    readonly _tag: "Body"
    readonly section: SectionSpec
    readonly label: string | undefined
    readonly offset: number | undefined
    readonly octets: Uint8Array | undefined
  }
  /** RFC 3516; with NUL a `literal8`. */
  | {
    readonly _tag: "Binary"
    readonly path: ReadonlyArray<number>
    readonly offset: number | undefined
    readonly octets: Uint8Array | undefined
  }

/** RFC 4731 §3.2, with the options asked for; sets are written out. */
export interface ExtendedSearch {
  readonly tag: string
  readonly uid: boolean
  readonly min: number | undefined
  readonly max: number | undefined
  readonly all: string | undefined
  readonly count: number | undefined
  readonly modSeq: number | undefined
  /** RFC 9394 §3.1: the range as asked, and what is in it. */
  readonly partial: { readonly range: string; readonly set: string | undefined } | undefined
}

/** Of the data of FETCH, what placements have. */
export type PlacementItem = Exclude<FetchData["_tag"], "Written" | "Body" | "Binary">

export type Response =
  | {
    readonly _tag: "Status"
    /** Untagged where undefined. */
    readonly tag: string | undefined
    readonly status: "OK" | "NO" | "BAD" | "BYE"
    readonly code: Code | undefined
    readonly text: string
  }
  /** One line of ASCII; empty where SASL has nothing to say. */
  | { readonly _tag: "Continue"; readonly text: string }
  | { readonly _tag: "Capability"; readonly names: ReadonlyArray<string> }
  | {
    readonly _tag: "List"
    readonly name: "LIST" | "LSUB"
    readonly attributes: ReadonlyArray<string>
    readonly mailbox: string
    /** What is to be found below it (RFC 5258). */
    readonly childInfo?: ReadonlyArray<string> | undefined
    /** What it was renamed from (RFC 5465 §5.4). */
    readonly oldName?: string | undefined
  }
  /** RFC 5464; undefined: there is no such entry. */
  | {
    readonly _tag: "Metadata"
    /** Empty: the server's. */
    readonly mailbox: string
    readonly entries: ReadonlyArray<readonly [EntryName, Uint8Array | undefined]>
  }
  /** Those that another changed (RFC 5464 §4.4.2). */
  | { readonly _tag: "MetadataChanged"; readonly mailbox: string; readonly entries: ReadonlyArray<EntryName> }
  /** RFC 9208 §4.2.1: what is used and what there may be, in the unit of the resource. */
  | {
    readonly _tag: "Quota"
    readonly root: string
    readonly resources: ReadonlyArray<readonly [name: "STORAGE", usage: number, limit: number]>
  }
  | { readonly _tag: "QuotaRoot"; readonly mailbox: string; readonly roots: ReadonlyArray<string> }
  | { readonly _tag: "Namespace" }
  | { readonly _tag: "Enabled"; readonly names: ReadonlyArray<string> }
  | { readonly _tag: "Id"; readonly fields: ReadonlyArray<readonly [name: string, value: string]> }
  | {
    readonly _tag: "MailboxStatus"
    readonly mailbox: string
    readonly items: ReadonlyArray<readonly [StatusItem, number | string]>
  }
  | { readonly _tag: "Flags"; readonly flags: ReadonlyArray<Flag> }
  | { readonly _tag: "Exists"; readonly count: number }
  | { readonly _tag: "Recent"; readonly count: number }
  | { readonly _tag: "Expunge"; readonly number: number }
  /** RFC 7162 §3.2.10; `earlier` than what the session was told of. */
  | { readonly _tag: "Vanished"; readonly earlier: boolean; readonly uids: string }
  | {
    readonly _tag: "Numbers"
    readonly name: "SEARCH" | "SORT"
    /** As they are written: with a space between them. */
    readonly numbers: string
    readonly modSeq: number | undefined
  }
  | ({ readonly _tag: "ExtendedSearch" } & ExtendedSearch)
  | { readonly _tag: "Thread"; readonly threads: string }
  | { readonly _tag: "UidBatches"; readonly tag: string; readonly ranges: ReadonlyArray<string> }
  /** What is said of placements alone, of one slice: their numbers follow each other. */
  | {
    readonly _tag: "FetchSlice"
    readonly slice: Slice
    /** Of the first; undefined where the client gave numbers up. */
    readonly number: number | undefined
    readonly items: ReadonlyArray<PlacementItem>
  }
  /** By number, or by uid where the client gave numbers up (RFC 9586). */
  | {
    readonly _tag: "Fetch"
    readonly name: "FETCH" | "UIDFETCH"
    readonly number: number
    readonly data: ReadonlyArray<FetchData>
  }
