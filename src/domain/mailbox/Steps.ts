/** Long computations in steps: at each `yield` others may have their turn, and the work may be given up. */

/** What it answers does not depend on where it was interrupted. A step is a few milliseconds at most. */
export type Steps<A> = Generator<void, A, void>

/** Without interruption. */
export const run = <A>(steps: Steps<A>): A => {
  for (;;) {
    const next = steps.next()
    if (next.done === true) return next.value
  }
}

/** Elements touched in a step: few, since code that has not run before is slow. */
export const STEP = 1024

/** Merges the sorted runs of `width` in `from`, two by two, into `to`. */
function* mergeRuns<A>(
  from: ReadonlyArray<A>,
  to: Array<A>,
  width: number,
  compare: (a: A, b: A) => number
): Steps<void> {
  for (let start = 0; start < from.length; start += 2 * width) {
    const middle = Math.min(start + width, from.length)
    const end = Math.min(middle + width, from.length)
    let [left, right] = [start, middle]
    for (let at = start; at < end; at++) {
      const isLeft = left < middle && (right >= end || compare(from[left] as A, from[right] as A) <= 0)
      to[at] = from[isLeft ? left++ : right++] as A
      if (at % STEP === STEP - 1) yield
    }
  }
}

/** Stable. */
export function* sort<A>(items: ReadonlyArray<A>, compare: (a: A, b: A) => number): Steps<ReadonlyArray<A>> {
  let sorted: Array<A> = []
  for (let start = 0; start < items.length; start += STEP) {
    for (const one of items.slice(start, start + STEP).sort(compare)) sorted.push(one)
    yield
  }
  let spare: Array<A> = Array.from(sorted)
  for (let width = STEP; width < items.length; width *= 2) {
    yield* mergeRuns(sorted, spare, width, compare)
    ;[sorted, spare] = [spare, sorted]
  }
  return sorted
}
