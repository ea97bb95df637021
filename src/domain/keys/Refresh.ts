/** Known certificates are looked up again, one at a time and at random, so that no directory sees an address book. */
import { Effect, Random } from "effect"
import { KeyStore } from "../../ports/KeyStore.ts"
import { announce } from "./Changes.ts"
import { search } from "./Search.ts"

const SHORTEST = 30 * 60_000
const LONGEST = 90 * 60_000

/** One that is due: nobody is asked whose last answer still holds. Answers whose it was. */
export const refreshOne = Effect.fn("Refresh.refreshOne")(function*() {
  const store = yield* KeyStore
  const own = yield* store.own
  const bindings = yield* store.bindings
  if (own === undefined || bindings.length === 0) return undefined
  const at = yield* Random.nextIntBetween(0, bindings.length - 1)
  const binding = bindings[at]
  if (binding === undefined) return undefined
  yield* search(own, binding.address, { all: true })
  return binding.address
})

/** Never ends. */
export const refresh = Effect.gen(function*() {
  const wait = yield* Random.nextIntBetween(SHORTEST, LONGEST)
  yield* Effect.sleep(wait)
  yield* Effect.andThen(refreshOne(), announce()).pipe(
    Effect.catchCause((cause) => Effect.logWarning("Known keys could not be looked up again", cause))
  )
}).pipe(Effect.forever)
