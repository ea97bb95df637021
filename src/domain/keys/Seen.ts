/** What a delivered message tells of keys: who writes, what Autocrypt fields it has, and that a signature was good. */
import { Clock, Effect } from "effect"
import { KeySources } from "../../ports/KeySources.ts"
import { KeyStore } from "../../ports/KeyStore.ts"
import { type Address, canonical, domain } from "../account/Address.ts"
import type { Autocrypt } from "./Autocrypt.ts"
import { effectiveDate, gossiped, seen, unseen } from "./AutocryptPeer.ts"
import { isPublicDomain } from "./Search.ts"

/** A message of `from`; `autocrypt` where it had exactly one valid field for them. No report, no spam. */
export const notePeer = Effect.fn("Seen.notePeer")(
  function*(from: Address, autocrypt: Autocrypt | undefined, sentAt: number | undefined) {
    const store = yield* KeyStore
    const known = yield* store.peer(from)
    // Of those who never showed a key nothing is kept.
    if (known === undefined && autocrypt === undefined) return
    const peer = known ?? unseen(canonical(from))
    const next = seen(peer, autocrypt, effectiveDate(sentAt, yield* Clock.currentTimeMillis))
    if (next !== peer) yield* store.putPeer(next)
  }
)

/** What the sender of an encrypted message says is the certificate of another recipient. */
export const noteGossip = Effect.fn("Seen.noteGossip")(
  function*(of: Address, certificate: Uint8Array, sentAt: number | undefined) {
    const store = yield* KeyStore
    const peer = (yield* store.peer(of)) ?? unseen(canonical(of))
    const next = gossiped(peer, certificate, effectiveDate(sentAt, yield* Clock.currentTimeMillis))
    if (next !== peer) yield* store.putPeer(next)
  }
)

/** It matters once: from then on a stronger word alone does not replace the certificate. */
export const noteUse = Effect.fn("Seen.noteUse")(
  function*(address: Address, fingerprint: string, use: "encrypt" | "verify") {
    const store = yield* KeyStore
    const known = yield* store.use(address, fingerprint)
    if (!known[use]) yield* store.noteUse(address, fingerprint, use)
  }
)

/** The `url` of an `OpenPGP:` field that may be asked for: https, at the sender's own domain, and no other port. */
export const keyUrl = (field: string, from: Address): string | undefined => {
  const written = /(?:^|;)\s*url\s*=\s*(?:"([^"]*)"|([^\s;]*))/i.exec(field)
  const text = written?.[1] ?? written?.[2]
  if (text === undefined || !URL.canParse(text)) return undefined
  const { host, password, protocol, username } = new URL(text)
  const isTheirs = protocol === "https:" && host === domain(from) && username === "" && password === ""
  return isTheirs && isPublicDomain(host) ? text : undefined
}

/** What is at that URL, for who has nothing better. Never fails: a certificate that cannot be had is none. */
export const fetchKeyUrl = Effect.fn("Seen.fetchKeyUrl")(function*(field: string, from: Address) {
  const { fetch } = yield* KeySources
  const url = keyUrl(field, from)
  if (url === undefined || fetch === undefined) return undefined
  return yield* fetch(url).pipe(
    Effect.timeout("3 seconds"),
    Effect.tapError((error) => Effect.logDebug("The URL of an OpenPGP header did not answer", error)),
    Effect.orElseSucceed(() => undefined)
  )
})
