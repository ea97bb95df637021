/** What a listener proves itself with, both as PEM. */
import type { Redacted } from "effect"

export interface Tls {
  readonly key: Redacted.Redacted<string>
  /** The certificate, and those above it where there are any. */
  readonly cert: string
}
