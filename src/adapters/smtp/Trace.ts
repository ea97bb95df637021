/** The trace fields that the last hop puts on top: Return-Path and Received (RFC 5321 §4.4). */
import { formatDate } from "../../domain/message/Date.ts"
import type { Peer } from "./SmtpListener.ts"

export const traceOf = <A>(
  message: { readonly from: string; readonly to: string },
  peer: Peer<A>,
  name: string,
  at: number
): Uint8Array => {
  const address = peer.address.includes(":") ? `IPv6:${peer.address}` : peer.address
  return encoder.encode(
    `Return-Path: <${message.from}>\r\n` +
      `Received: from ${atom(peer.hello)} ([${address}])\r\n` +
      ` by ${atom(name)} with ${peer.protocol} id ${peer.id}\r\n` +
      ` for <${message.to}>; ${formatDate(at)}\r\n`
  )
}

const encoder = new TextEncoder()

/** The name a client gives itself is its own invention: whatever could confuse a reader of the field is left out. */
const atom = (text: string): string => {
  const safe = text.replaceAll(/[^\w.:[\]-]/g, "").slice(0, 255)
  return safe === "" ? "unknown" : safe
}
