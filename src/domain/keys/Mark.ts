/** What names an address in the directory's log: nothing to who does not know both the address and its salt. */
import { Effect } from "effect"
import { Crypto, KEY_BYTES } from "../../ports/Crypto.ts"
import { ProviderUpkeep } from "../../ports/ProviderUpkeep.ts"
import { type Address, canonical } from "../account/Address.ts"
import { markBytes } from "./DirectoryLog.ts"

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")

/** The salt is told with each look-up of the address. */
export const markOf = Effect.fn("Mark.markOf")(function*(given: Address) {
  const crypto = yield* Crypto
  const { secret } = yield* ProviderUpkeep
  const address = canonical(given)
  const encoder = new TextEncoder()
  const key = yield* secret("directory-salt", Effect.map(crypto.randomBytes(KEY_BYTES), hex))
  const salt = hex(yield* crypto.hmacSha256(encoder.encode(key), encoder.encode(address)))
  return { salt, mark: hex(yield* crypto.sha256(markBytes(salt, address))) }
})
