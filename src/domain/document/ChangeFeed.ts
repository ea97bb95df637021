/** Tells the feeds of an account what changed. A slow listener holds two events at most: the newest of each kind. */
import { Effect, Queue, Stream } from "effect"
import type { FeedEvent } from "../../ports/Replication.ts"

interface Listener {
  readonly generations: Queue.Queue<FeedEvent>
  readonly incoming: Queue.Queue<FeedEvent>
}

export interface Current {
  readonly generation: number
  readonly waiting: boolean
}

export interface ChangeFeed {
  /** After the commit. */
  announce(account: number, event: FeedEvent): void
  /** What `current` says, then each change. Generations never go back. */
  listen<E>(account: number, current: Effect.Effect<Current, E>): Stream.Stream<FeedEvent, E>
}

export const make = (): ChangeFeed => {
  const accounts = new Map<number, Set<Listener>>()

  const join = (account: number) =>
    Effect.acquireRelease(
      Effect.gen(function*() {
        const listener: Listener = {
          generations: yield* Queue.sliding<FeedEvent>(1),
          incoming: yield* Queue.sliding<FeedEvent>(1)
        }
        const listeners = accounts.get(account) ?? new Set()
        accounts.set(account, listeners.add(listener))
        return listener
      }),
      (listener) =>
        Effect.sync(() => {
          const listeners = accounts.get(account)
          listeners?.delete(listener)
          if (listeners?.size === 0) accounts.delete(account)
        })
    )

  return {
    announce: (account, event) => {
      for (const listener of accounts.get(account) ?? []) {
        Queue.offerUnsafe(event._tag === "Generation" ? listener.generations : listener.incoming, event)
      }
    },
    // Joined before `current` is read: a change between the two is told, at worst twice.
    listen: (account, current) =>
      Stream.unwrap(Effect.gen(function*() {
        const listener = yield* join(account)
        const { generation, waiting } = yield* current
        const first: Array<FeedEvent> = [{ _tag: "Generation", generation }]
        if (waiting) first.push({ _tag: "Incoming" })
        let told = generation
        const isNews = (event: FeedEvent): boolean => {
          if (event._tag === "Incoming") return true
          const news = event.generation > told
          if (news) told = event.generation
          return news
        }
        return Stream.fromIterable(first).pipe(
          Stream.concat(
            Stream.filter(
              Stream.merge(Stream.fromQueue(listener.generations), Stream.fromQueue(listener.incoming)),
              isNews
            )
          )
        )
      }))
  }
}
