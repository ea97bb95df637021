/** How many connections each address has open. */

export interface Crowd {
  /** Answers how to leave again, which counts once. */
  readonly enter: (address: string | undefined) => () => void
  /** Among those that entered. */
  readonly isTooLarge: (address: string) => boolean
}

/** As the server names an IPv4 address that came to an IPv6 socket. */
const plain = (address: string): string => address.replace(/^::ffff:/, "")

export const makeCrowd = (limit = Infinity): Crowd => {
  const present = new Map<string, number>()
  return {
    enter: (from = "") => {
      const address = plain(from)
      present.set(address, (present.get(address) ?? 0) + 1)
      let isHere = true
      return () => {
        if (!isHere) return
        isHere = false
        const others = (present.get(address) ?? 1) - 1
        if (others === 0) present.delete(address)
        else present.set(address, others)
      }
    },
    isTooLarge: (address) => (present.get(plain(address)) ?? 0) > limit
  }
}
