/** The address in an OpenPGP user id: `Ann <ann@example.org>`, or the address alone (RFC 9580 §5.12). */
import { Option } from "effect"
import { type Address, isSame, parse } from "../account/Address.ts"

/** One or none. */
export const addressOf = (userId: string): ReadonlyArray<Address> =>
  Option.toArray(parse(/<([^<>]*)>\s*$/.exec(userId)?.[1] ?? userId))

export const hasAddress = (userId: string, address: Address): boolean =>
  addressOf(userId).some((found) => isSame(found, address))
