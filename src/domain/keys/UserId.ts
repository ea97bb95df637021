/** The address in an OpenPGP user id: `Ann <ann@example.org>`, or the address alone (RFC 9580 §5.12). */
import { Option } from "effect"
import { type Address, isSame, parse } from "../account/Address.ts"

export const hasAddress = (userId: string, address: Address): boolean => {
  const quoted = /<([^<>]*)>\s*$/.exec(userId)?.[1]
  return Option.exists(parse(quoted ?? userId), (found) => isSame(found, address))
}
