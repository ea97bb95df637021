/** What the checks of a message's signatures mean for the address that it claims to come from. */
import type { SignatureCheck } from "../../ports/OpenPgp.ts"
import type { Sender } from "./Sender.ts"
import type { SignatureVerdict } from "./Verdict.ts"

const invalid = (reason: string): SignatureVerdict => ({ _tag: "Invalid", reason })

/** One good signature of the sender counts; a bad one is told before one that nobody knows. `fault`: of one that is none. */
export const judge = (
  checks: ReadonlyArray<SignatureCheck>,
  sender: Pick<Sender, "fingerprint" | "level"> | undefined,
  fault?: string
): SignatureVerdict => {
  const valid = checks.filter(({ fingerprint, status }) => status === "valid" && fingerprint !== undefined)
  if (sender !== undefined && valid.some(({ fingerprint }) => fingerprint === sender.fingerprint)) {
    return { _tag: "Valid", fingerprint: sender.fingerprint, level: sender.level }
  }
  const refused = checks.find(({ status }) => status === "invalid")
  if (refused !== undefined) return invalid(refused.reason ?? "the signature does not fit")
  if (fault !== undefined) return invalid(fault)
  const other = valid[0]?.fingerprint
  if (other !== undefined) return { _tag: "Mismatch", fingerprint: other }
  const unknown = checks.find(({ status }) => status === "unknown")
  return unknown === undefined ? { _tag: "None" } : { _tag: "UnknownKey", keyId: unknown.keyId }
}
