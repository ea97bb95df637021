/** What the checks of a message's signatures mean for the address that it claims to come from. */
import type { SignatureCheck } from "../../ports/OpenPgp.ts"
import type { Binding } from "../keys/Binding.ts"
import type { SignatureVerdict } from "./Verdict.ts"

/** One good signature of the sender counts; a bad one is told before one that nobody knows. */
export const judge = (
  checks: ReadonlyArray<SignatureCheck>,
  sender: Pick<Binding, "fingerprint" | "level"> | undefined
): SignatureVerdict => {
  const valid = checks.filter(({ fingerprint, status }) => status === "valid" && fingerprint !== undefined)
  if (sender !== undefined && valid.some(({ fingerprint }) => fingerprint === sender.fingerprint)) {
    return { _tag: "Valid", fingerprint: sender.fingerprint, level: sender.level }
  }
  const invalid = checks.find(({ status }) => status === "invalid")
  if (invalid !== undefined) return { _tag: "Invalid", reason: invalid.reason ?? "the signature does not fit" }
  const other = valid[0]?.fingerprint
  if (other !== undefined) return { _tag: "Mismatch", fingerprint: other }
  const unknown = checks.find(({ status }) => status === "unknown")
  return unknown === undefined ? { _tag: "None" } : { _tag: "UnknownKey", keyId: unknown.keyId }
}
