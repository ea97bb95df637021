/** Web Key Directory (draft-koch-openpgp-webkey-service): the correspondent's own domain, and nobody else, is asked. */
import { Effect } from "effect"
import type { HttpClient } from "effect/http"
import { type Address, domain, localPart } from "../../domain/account/Address.ts"
import { wkdHash } from "../../domain/keys/WebKeyDirectory.ts"
import type { Crypto } from "../../ports/Crypto.ts"
import type { KeySource } from "../../ports/KeySources.ts"
import { get, unreachedFails } from "./Fetch.ts"

/** §3.1. The advanced method; the direct one where there is no such sub-domain. */
const urls = (address: Address, hash: string): { readonly advanced: string; readonly direct: string } => {
  const of = domain(address)
  const query = `?l=${encodeURIComponent(localPart(address))}`
  return {
    advanced: `https://openpgpkey.${of}/.well-known/openpgpkey/${of}/hu/${hash}${query}`,
    direct: `https://${of}/.well-known/openpgpkey/hu/${hash}${query}`
  }
}

export const make = Effect.map(
  Effect.context<HttpClient.HttpClient | Crypto>(),
  (context): KeySource => ({
    directory: "wkd",
    lookup: (address) =>
      Effect.flatMap(wkdHash(localPart(address)), (hash) => {
        const { advanced, direct } = urls(address, hash)
        return get(advanced).pipe(Effect.catchTag("Unreached", () => get(direct)), unreachedFails)
      }).pipe(Effect.provideContext(context))
  })
)
