/** A delivered message as it was when it came: encrypted, without our fields. */
import { removeHeadersWhere } from "../message/HeaderEdit.ts"
import { isOurs } from "./Forgery.ts"
import type { Verdict } from "./Verdict.ts"

export interface Delivered {
  readonly bytes: Uint8Array
  /** undefined: it did not come in by this program, and has no fields of ours. */
  readonly verdict?: Verdict | undefined
  /** Kept where it was changed to be read. */
  readonly original?: Uint8Array | undefined
}

export const originalOf = ({ bytes, original, verdict }: Delivered): Uint8Array =>
  original ?? (verdict === undefined ? bytes : removeHeadersWhere(bytes, isOurs))
