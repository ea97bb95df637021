/** The commands of IMAP4rev1 (RFC 3501 §6) and of the extensions that CAPABILITY names, as values. */
import type { Redacted } from "effect"
import type { Append, Replace } from "./AppendCommand.ts"
import type { List, StatusItem } from "./List.ts"
import type { Copy, Expunge, Fetch, Store, UidBatches } from "./MessageCommands.ts"
import type { GetMetadata, SetMetadata } from "./MetadataCommand.ts"
import type { Notify } from "./NotifyCommand.ts"
import type { Search, Sort, Thread } from "./SearchCommand.ts"
import type { Select } from "./SelectCommand.ts"

/** `uid` tells the UID form of a command from the plain one. Mailbox names are as the client wrote them, decoded. */
export type Command =
  | { readonly _tag: "Capability" }
  | { readonly _tag: "Noop" }
  | { readonly _tag: "Logout" }
  | { readonly _tag: "Id" }
  | { readonly _tag: "StartTls" }
  | { readonly _tag: "Enable"; readonly extensions: ReadonlyArray<string> }
  | { readonly _tag: "Login"; readonly user: string; readonly password: Redacted.Redacted<string> }
  | {
    readonly _tag: "Authenticate"
    readonly mechanism: string
    readonly initial: Redacted.Redacted<string> | undefined
  }
  | { readonly _tag: "Namespace" }
  | { readonly _tag: "Compress"; readonly algorithm: string }
  | List
  | { readonly _tag: "Lsub"; readonly reference: string; readonly pattern: string }
  | Select
  | { readonly _tag: "Status"; readonly mailbox: string; readonly items: ReadonlyArray<StatusItem> }
  /** `uses`: attributes as the client wrote them (RFC 6154). */
  | { readonly _tag: "Create"; readonly mailbox: string; readonly uses: ReadonlyArray<string> }
  | { readonly _tag: "Delete"; readonly mailbox: string }
  | { readonly _tag: "Rename"; readonly from: string; readonly to: string }
  | { readonly _tag: "Subscribe"; readonly mailbox: string; readonly subscribed: boolean }
  | Append
  | Notify
  | GetMetadata
  | SetMetadata
  /** RFC 9208 */
  | { readonly _tag: "GetQuota"; readonly root: string }
  | { readonly _tag: "GetQuotaRoot"; readonly mailbox: string }
  | { readonly _tag: "Idle" }
  | { readonly _tag: "Check" }
  | { readonly _tag: "Close" }
  | { readonly _tag: "Unselect" }
  | Expunge
  | Search
  | Sort
  | Thread
  | Fetch
  | Store
  | Copy
  | Replace
  | UidBatches

export interface TaggedCommand {
  readonly tag: string
  readonly command: Command
}
