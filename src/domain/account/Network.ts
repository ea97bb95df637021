/** Of the addresses of machines (RFC 4291): what is one machine's, as far as anyone can tell. */

const MAPPED = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i
const GROUPS = 8

const groupsOf = (text: string): ReadonlyArray<string> => text === "" ? [] : text.split(":")

/** An IPv6 address with its eight groups, in lower case, without a zone; an IPv4 address, mapped or not, in its own form. */
export const expanded = (address: string): string => {
  const [bare = ""] = address.split("%")
  const mapped = MAPPED.exec(bare)?.[1]
  if (mapped !== undefined) return mapped
  if (!bare.includes(":")) return address
  const [head = "", tail] = bare.toLowerCase().split("::")
  const [before, after] = [groupsOf(head), groupsOf(tail ?? "")]
  const zeros = tail === undefined
    ? []
    : Array.from({ length: Math.max(0, GROUPS - before.length - after.length) }, () => "0")
  return [...before, ...zeros, ...after].map((group) => group.replace(/^0+(?=.)/, "")).join(":")
}

/** Whoever has one address of IPv6 has 2^64 of them (RFC 6177): all count as one. */
export const networkOf = (address: string): string => {
  const groups = groupsOf(expanded(address))
  return groups.length === GROUPS ? `${groups.slice(0, 4).join(":")}::/64` : expanded(address)
}
