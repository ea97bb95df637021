/** Who the next hop must prove to be, and what is said where it does not. */
import { createHash, type X509Certificate } from "node:crypto"
import type { Socket } from "node:net"
import { TLSSocket } from "node:tls"
import { otherKey } from "../../domain/account/Pin.ts"

export interface TlsWish {
  /** A valid certificate of this host, or else the pinned key. */
  readonly isChecked: boolean
  readonly pin: string | undefined
  /** PEM of an authority that is trusted besides the usual ones. */
  readonly authority: string | undefined
}

const digestOf = ({ publicKey }: X509Certificate): string =>
  createHash("sha256").update(publicKey.export({ type: "spki", format: "der" })).digest("base64")

/**
 * A pinned key is the whole proof, as of DANE's end entities (RFC 7672 §3.1.1): neither name nor date nor authority is
 * asked beside it. Encryption without a checked name is better than none (RFC 7435), where nothing is checked.
 */
export const tlsOptions = ({ authority, isChecked, pin }: TlsWish) => ({
  minVersion: "TLSv1.2" as const,
  rejectUnauthorized: isChecked && pin === undefined,
  ...authority === undefined ? {} : { ca: authority }
})

/** Of a connection that is ready to log in: why it is not, where the key is not the pinned one. */
export const pinFault = (socket: Socket | false | null, pin: string): Error | undefined => {
  const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined
  if (certificate === undefined) return new Error("it speaks no TLS, and a key was pinned")
  const fault = otherKey(digestOf(certificate), pin)
  return fault === undefined ? undefined : new Error(fault)
}
