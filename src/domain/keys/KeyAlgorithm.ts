/** What a new key of one's own is made of: RFC 9580 v4 with Curve25519 or RSA, or v6, which few programs can read yet. */
import { Schema } from "effect"

export const KeyAlgorithm = Schema.Literals(["curve25519", "rsa4096", "v6"])
export type KeyAlgorithm = typeof KeyAlgorithm.Type
