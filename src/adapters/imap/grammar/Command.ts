/** The commands of IMAP4rev1 (RFC 3501 §6) and of the extensions that CAPABILITY names, as values. */
import type { Redacted } from "effect"
import type { Flag, FlagOperation } from "../../../domain/mailbox/Flag.ts"
import type { FetchItem } from "./FetchItem.ts"
import type { SearchKey } from "./SearchKey.ts"
import type { SequenceSet } from "./SequenceSet.ts"

export type StatusItem = "MESSAGES" | "RECENT" | "UIDNEXT" | "UIDVALIDITY" | "UNSEEN"

/** `uid` tells the UID form of a command from the plain one. Mailbox names are as the client wrote them, decoded. */
export type Command =
  | { readonly _tag: "Capability" }
  | { readonly _tag: "Noop" }
  | { readonly _tag: "Logout" }
  | { readonly _tag: "Id" }
  | { readonly _tag: "Enable"; readonly extensions: ReadonlyArray<string> }
  | { readonly _tag: "Login"; readonly user: string; readonly password: Redacted.Redacted<string> }
  | {
    readonly _tag: "Authenticate"
    readonly mechanism: string
    readonly initial: Redacted.Redacted<string> | undefined
  }
  | { readonly _tag: "Namespace" }
  | { readonly _tag: "List"; readonly reference: string; readonly pattern: string; readonly subscribed: boolean }
  | { readonly _tag: "Select"; readonly mailbox: string; readonly readOnly: boolean }
  | { readonly _tag: "Status"; readonly mailbox: string; readonly items: ReadonlyArray<StatusItem> }
  | { readonly _tag: "Create"; readonly mailbox: string }
  | { readonly _tag: "Delete"; readonly mailbox: string }
  | { readonly _tag: "Rename"; readonly from: string; readonly to: string }
  | { readonly _tag: "Subscribe"; readonly mailbox: string; readonly subscribed: boolean }
  | {
    readonly _tag: "Append"
    readonly mailbox: string
    readonly flags: ReadonlyArray<Flag>
    readonly internalDate: number | undefined
    readonly message: Uint8Array
  }
  | { readonly _tag: "Idle" }
  | { readonly _tag: "Check" }
  | { readonly _tag: "Close" }
  | { readonly _tag: "Unselect" }
  | { readonly _tag: "Expunge"; readonly uids: SequenceSet | undefined }
  | { readonly _tag: "Search"; readonly uid: boolean; readonly charset: string | undefined; readonly key: SearchKey }
  | {
    readonly _tag: "Fetch"
    readonly uid: boolean
    readonly set: SequenceSet
    readonly items: ReadonlyArray<FetchItem>
  }
  | {
    readonly _tag: "Store"
    readonly uid: boolean
    readonly set: SequenceSet
    readonly operation: FlagOperation
    readonly silent: boolean
    readonly flags: ReadonlyArray<Flag>
  }
  | {
    readonly _tag: "Copy"
    readonly uid: boolean
    readonly set: SequenceSet
    readonly mailbox: string
    /** MOVE (RFC 6851). */
    readonly move: boolean
  }

export interface TaggedCommand {
  readonly tag: string
  readonly command: Command
}
