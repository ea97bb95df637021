/** What a maintenance thread is asked, and what it says. Plain data that goes from thread to thread. */
import type { Finding } from "../../ports/Maintenance.ts"

export type Job = { readonly _tag: "Backup"; readonly to: string } | { readonly _tag: "Verify" }

export interface Task {
  readonly filename: string
  /** Absent, the file is not encrypted. */
  readonly key: Uint8Array | undefined
  readonly cipher: "aegis" | "sqlcipher"
  readonly job: Job
}

export type Said =
  | { readonly _tag: "Found"; readonly finding: Finding }
  | { readonly _tag: "Done"; readonly octets: number }
  | { readonly _tag: "Failed"; readonly reason: string }
