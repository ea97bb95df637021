/** Tells the feeds of an account what changed. A slow listener holds three events at most: the newest of each kind. */
import { Effect, Queue, Stream } from "effect"
import type { FeedEvent } from "../../ports/Replication.ts"

/** `Sessions`: one was revoked, or all were. */
export type AccountEvent = FeedEvent | { readonly _tag: "Sessions" }

type Listener = Readonly<Record<AccountEvent["_tag"], Queue.Queue<AccountEvent>>>

/** A signal from another node may be lost with it: what it would have said is found out by then. */
const LOOK_AGAIN = "30 seconds"

export interface Current {
  readonly generation: number
  readonly waiting: boolean
}

export interface ChangeFeed {
  /** After the commit. */
  announce(account: number, event: AccountEvent): void
  /** What `current` says, then each change. Generations never go back. */
  listen<E>(account: number, current: Effect.Effect<Current, E>): Stream.Stream<AccountEvent, E>
}

export const make = (): ChangeFeed => {
  const accounts = new Map<number, Set<Listener>>()

  const join = (account: number) =>
    Effect.acquireRelease(
      Effect.gen(function*() {
        const listener: Listener = {
          Generation: yield* Queue.sliding<AccountEvent>(1),
          Incoming: yield* Queue.sliding<AccountEvent>(1),
          Sessions: yield* Queue.sliding<AccountEvent>(1)
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
        Queue.offerUnsafe(listener[event._tag], event)
      }
    },
    // Joined before `current` is read: a change between the two is told, at worst twice.
    listen: (account, current) =>
      Stream.unwrap(Effect.gen(function*() {
        const listener = yield* join(account)
        let told = -1
        const isNews = (event: AccountEvent): boolean => {
          if (event._tag !== "Generation") return true
          const news = event.generation > told
          if (news) told = event.generation
          return news
        }
        const looks = Stream.concat(Stream.succeed(undefined), Stream.drop(Stream.tick(LOOK_AGAIN), 1)).pipe(
          Stream.mapEffect(() => current),
          Stream.flatMap(({ generation, waiting }) =>
            Stream.fromIterable<AccountEvent>([
              { _tag: "Generation", generation },
              ...waiting ? [{ _tag: "Incoming" } as const] : []
            ])
          )
        )
        const changes = Stream.mergeAll(
          [listener.Generation, listener.Incoming, listener.Sessions].map((queue) => Stream.fromQueue(queue)),
          { concurrency: "unbounded" }
        )
        return Stream.filter(Stream.merge(looks, changes), isNews)
      }))
  }
}

/** What the account's devices are told. */
export const isFeedEvent = (event: AccountEvent): event is FeedEvent => event._tag !== "Sessions"
