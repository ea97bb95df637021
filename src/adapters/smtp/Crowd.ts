/** How many connections each machine has open. */
import { networkOf } from "../../domain/account/Network.ts"

export interface Crowd {
  /** Answers how to leave again, which counts once. */
  readonly enter: (address: string | undefined) => () => void
  /** Among those that entered. */
  readonly isTooLarge: (address: string) => boolean
}

export const makeCrowd = (limit = Infinity): Crowd => {
  const present = new Map<string, number>()
  return {
    enter: (from = "") => {
      const network = networkOf(from)
      present.set(network, (present.get(network) ?? 0) + 1)
      let isHere = true
      return () => {
        if (!isHere) return
        isHere = false
        const others = (present.get(network) ?? 1) - 1
        if (others === 0) present.delete(network)
        else present.set(network, others)
      }
    },
    isTooLarge: (address) => (present.get(networkOf(address)) ?? 0) > limit
  }
}
