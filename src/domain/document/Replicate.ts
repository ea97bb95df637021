/** Keeps this device and the provider in step, for as long as it runs. */
import { Clock, Effect, Queue, Schedule, Stream } from "effect"
import { ReplicaStore } from "../../ports/ReplicaStore.ts"
import { Replication, type SignedOut } from "../../ports/Replication.ts"
import { dropSurplus, fetchContents, fetchMessages, fetchOriginals, makeAsk } from "./Contents.ts"
import type { ReplicaVault } from "./ReplicaVault.ts"
import { attest, isTransient, type ReplicaRefused, syncDocuments, type SyncError, type SyncServices } from "./Sync.ts"

/** Jitter, so that a provider that comes back is not called by all at once. */
export const backOff = Schedule.min([Schedule.exponential("1 second"), Schedule.spaced("1 minute")]).pipe(
  Schedule.jittered
)

/** Another try would end the same way. */
export const isLasting = (error: { readonly _tag: string }): error is ReplicaRefused | SignedOut =>
  error._tag !== "ReplicaStoreError" && error._tag !== "ReplicationError"

const WATCH = 10_000
/** Milliseconds: a timer that is this late was not late, the machine slept. */
const SLEPT = 20_000

/** Answers when the machine woke from sleep: connections from before hang, though nobody says so. */
const awakened = Effect.gen(function*() {
  for (;;) {
    const before = yield* Clock.currentTimeMillis
    yield* Effect.sleep(WATCH)
    if ((yield* Clock.currentTimeMillis) - before > WATCH + SLEPT) return
  }
})

/**
 * As often as something changes here or there, and every minute. What passes is tried again with back-off; it ends only
 * where the provider shows what it must not, or ended the session, and then says so.
 */
export const replicate: (
  vault: ReplicaVault
) => Effect.Effect<never, ReplicaRefused | SignedOut, SyncServices> = Effect.fn(
  "Replicate.replicate"
)(
  function*(vault) {
    const replication = yield* Replication
    const store = yield* ReplicaStore
    yield* Effect.forkChild(store.serveContents(yield* makeAsk(vault)), { startImmediately: true })
    const wakes = yield* Queue.sliding<void>(1)
    const wake = () => Queue.offer(wakes, undefined)
    const follow = replication.feed.pipe(
      Stream.tapError((error) => Effect.andThen(Effect.logDebug("The provider's feed was cut off", error), wake())),
      // Starts over with short waits as soon as an event came through.
      Stream.retry(backOff),
      Stream.filter(({ _tag }) => _tag === "Generation"),
      Stream.runForEach(wake)
    )
    yield* Effect.forkChild(
      Effect.raceFirst(follow, awakened).pipe(Effect.ignore, Effect.andThen(wake()), Effect.forever)
    )
    yield* Effect.forkChild(Stream.runForEach(store.changes, wake))
    let isMinute = false
    const minutes = Stream.drop(Stream.tick("1 minute"), 1)
    const everyMinute = Effect.suspend(() => {
      isMinute = true
      return wake()
    })
    yield* Effect.forkChild(Stream.runForEach(minutes, () => everyMinute))
    const attestNow = Effect.suspend(() => {
      if (!isMinute) return Effect.void
      isMinute = false
      return attest(vault)
    })
    const sync = Effect.andThen(syncDocuments(vault), attestNow).pipe(
      Effect.tapError((error) => Effect.logWarning("Mail is not in step with the provider", error)),
      Effect.retry({ schedule: backOff, while: isTransient }),
      Effect.as(true),
      // A provider of another version, a full account: the next wake tries again.
      Effect.catchIf((error) => !isLasting(error), () => Effect.succeed(false))
    )
    const fetching = Effect.fnUntraced(function*(fetch: Effect.Effect<void, SyncError, SyncServices>) {
      const wakes = yield* Queue.sliding<void>(1)
      const once = fetch.pipe(
        Effect.tapError((error) => Effect.logWarning("Mail could not be fetched from the provider", error)),
        Effect.catchIf((error) => !isLasting(error), () => Effect.void)
      )
      return { wakes, run: Queue.take(wakes).pipe(Effect.andThen(once), Effect.forever) }
    })
    // Bytes come in the background; changes do not wait for them, nor messages for attachments.
    const contents = yield* fetching(
      fetchContents(vault).pipe(Effect.andThen(fetchOriginals(vault)), Effect.andThen(dropSurplus()))
    )
    const fetchThose = () => Queue.offer(contents.wakes, undefined)
    const messages = yield* fetching(
      Effect.flatMap(fetchMessages(vault), (come) => come > 0 ? fetchThose() : Effect.void)
    )
    // What a person chose meanwhile is seen then, and tried again what could not be had.
    yield* Effect.forkChild(Stream.runForEach(Stream.concat(Stream.succeed(undefined), minutes), fetchThose))
    const syncing = Queue.take(wakes).pipe(
      Effect.andThen(sync),
      Effect.andThen((isInStep) => isInStep ? Queue.offer(messages.wakes, undefined) : Effect.void),
      Effect.forever
    )
    return yield* Effect.raceAllFirst([contents.run, messages.run, syncing])
  },
  Effect.tapError((error) => Effect.logError("Replication has stopped", error))
)
