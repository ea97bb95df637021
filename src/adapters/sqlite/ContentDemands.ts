/** Who reads a content that is not on this device waits here until it is: one asker for each, however many wait. */
import { Deferred, Effect } from "effect"

/** Answers whether it is here now. */
export type Bring = (content: number) => Effect.Effect<boolean>

/** Longer than this nobody waits for one content. */
const PATIENCE = "60 seconds"
/** Of one reader, at a time. */
const AT_ONCE = 4

export const make = () => {
  const underWay = new Map<number, Deferred.Deferred<boolean>>()
  let current: Bring | undefined

  const bringOnce = (bring: Bring, content: number): Effect.Effect<boolean> =>
    Effect.suspend(() => {
      const known = underWay.get(content)
      if (known !== undefined) return Deferred.await(known)
      const answer = Deferred.makeUnsafe<boolean>()
      underWay.set(content, answer)
      return bring(content).pipe(
        Effect.timeoutOrElse({ duration: PATIENCE, orElse: () => Effect.succeed(false) }),
        // Whoever asks stops, and others wait: they hear that it did not come.
        Effect.onExit((exit) =>
          Effect.sync(() => {
            underWay.delete(content)
            Deferred.doneUnsafe(answer, Effect.succeed(exit._tag === "Success" && exit.value))
          })
        )
      )
    })

  return {
    /** Answers whether all of them are here now; false at once where nobody serves. */
    demand: (contents: ReadonlyArray<number>): Effect.Effect<boolean> =>
      Effect.suspend(() => {
        const bring = current
        if (bring === undefined) return Effect.succeed(false)
        return Effect.forEach(new Set(contents), (content) => bringOnce(bring, content), { concurrency: AT_ONCE }).pipe(
          Effect.map((brought) => brought.every((isHere) => isHere))
        )
      }),
    /** As long as it runs. */
    serve: (bring: Bring): Effect.Effect<never> =>
      Effect.acquireUseRelease(
        Effect.sync(() => {
          current = bring
        }),
        () => Effect.never,
        () =>
          Effect.sync(() => {
            if (current === bring) current = undefined
          })
      )
  }
}
export type ContentDemands = ReturnType<typeof make>
