/** A pin as curl writes it (`--pinnedpubkey`), made here by itself: what the adapters make of it is tested. */
import { createHash, X509Certificate } from "node:crypto"

/** `cert`: PEM. */
export const pinOf = (cert: string): string => {
  const key = new X509Certificate(cert).publicKey.export({ type: "spki", format: "der" })
  return `sha256//${createHash("sha256").update(key).digest("base64")}`
}
