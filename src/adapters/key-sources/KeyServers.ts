/** Key servers, which learn who is looked up: for those who want them. `host` may have a port. */
import { Effect } from "effect"
import type { HttpClient } from "effect/http"
import type { Address } from "../../domain/account/Address.ts"
import type { KeySource } from "../../ports/KeySources.ts"
import { get, unreachedFails } from "./Fetch.ts"

const makeWith = (directory: "vks" | "hkps", url: (address: Address) => string) =>
  Effect.map(
    Effect.context<HttpClient.HttpClient>(),
    (context): KeySource => ({
      directory,
      lookup: (address) => get(url(address)).pipe(unreachedFails, Effect.provideContext(context))
    })
  )

/** The verifying key server's interface (https://keys.openpgp.org/about/api). */
export const makeVks = (host: string) =>
  makeWith("vks", (address) => `https://${host}/vks/v1/by-email/${encodeURIComponent(address)}`)

/** draft-gallagher-openpgp-hkp over TLS. */
export const makeHkps = (host: string) =>
  makeWith(
    "hkps",
    (address) => `https://${host}/pks/lookup?op=get&options=mr&exact=on&search=${encodeURIComponent(`<${address}>`)}`
  )
