/** An e-mail address as accounts, keys and policies compare it: `local@domain`, domain in lower case. */
import { Option, Schema } from "effect"

const MAX_LOCAL = 64 // RFC 5321 §4.5.3.1.1
const MAX_DOMAIN = 255 // RFC 5321 §4.5.3.1.2
const LOCAL = /^[^\s"(),:;<>@[\]\\]+$/u
const DOMAIN = /^(?!-)[\p{L}\p{N}_-]+(\.[\p{L}\p{N}_-]+)*$/u

const isAddress = (text: string): boolean => {
  const at = text.lastIndexOf("@")
  const domain = text.slice(at + 1)
  return at > 0 && at <= MAX_LOCAL && domain.length <= MAX_DOMAIN && domain === domain.toLowerCase() &&
    LOCAL.test(text.slice(0, at)) && DOMAIN.test(domain)
}

export const Address = Schema.String.check(
  Schema.makeFilter((text) => isAddress(text) || "an address looks like name@example.org")
).pipe(Schema.brand("leap-mail/Address"))
export type Address = typeof Address.Type

const decode = Schema.decodeUnknownOption(Address)

/** Reads `local@domain`; white space around it is dropped and the domain lower-cased. Local parts keep their case. */
export const parse = (text: string): Option.Option<Address> => {
  const trimmed = text.trim()
  const at = trimmed.lastIndexOf("@")
  return at < 0 ? Option.none() : decode(trimmed.slice(0, at + 1) + trimmed.slice(at + 1).toLowerCase())
}

export const localPart = (address: Address): string => address.slice(0, address.lastIndexOf("@"))

export const domain = (address: Address): string => address.slice(address.lastIndexOf("@") + 1)

/** Of any address of an envelope, in lower case. */
export const domainOf = (address: string): string => address.slice(address.lastIndexOf("@") + 1).toLowerCase()

/** The address that look-ups use: lower case, `+subaddress` (RFC 5233) removed. `Ann+x@Ex.org` -> `ann@ex.org`. */
export const canonical = (address: Address): Address => {
  const local = localPart(address).toLowerCase()
  const plus = local.indexOf("+")
  return Address.make(`${plus > 0 ? local.slice(0, plus) : local}@${domain(address)}`)
}

/** The account's address with the subaddress that was asked for. `info+x@ex.org`, Ann's: `ann+x@ex.org`. */
export const withSubaddress = (account: Address, asked: Address): string => {
  const local = localPart(asked)
  const plus = local.indexOf("+")
  return plus > 0 ? `${localPart(account)}${local.slice(plus)}@${domain(account)}` : account
}

/** Whether both name the same account. */
export const isSame = (a: Address, b: Address): boolean => canonical(a) === canonical(b)
