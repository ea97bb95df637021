/** Long work in this thread, done in turns with what others ask for meanwhile. */
import { setImmediate } from "node:timers/promises"

/** Octets of one turn: a millisecond or two. */
export const TURN = 1024 * 1024

/** `each` of the pieces of `data`, in order; what fits in one turn is done at once. */
export const inTurns = async (data: Uint8Array, each: (piece: Uint8Array, at: number) => void): Promise<void> => {
  for (let at = 0; at < data.length; at += TURN) {
    if (at > 0) await setImmediate()
    each(data.subarray(at, at + TURN), at)
  }
}
