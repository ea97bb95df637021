/** FeedEvents as server-sent events (WHATWG HTML §9.2): `data: 42` or `data: incoming`. Comments show that it lives. */
import { Effect, Result, Schema, Stream } from "effect"
import { Sse } from "effect/encoding"
import type { FeedEvent } from "../../ports/Replication.ts"
import { FEED_SILENCE, HEARTBEAT } from "./Limits.ts"

/** The connection is over, or nothing comes through it any more. */
export class FeedEnded extends Schema.TaggedError<FeedEnded>()("FeedEnded", { message: Schema.String }) {}

const MAX_EVENT_LENGTH = 1024

const INCOMING = "incoming"

const write = (event: FeedEvent): string => `data: ${event._tag === "Generation" ? event.generation : INCOMING}\n\n`

/** Events that a later provider may add are passed over. */
const read = ({ data }: Sse.Event): Result.Result<FeedEvent, undefined> => {
  if (data === INCOMING) return Result.succeed({ _tag: "Incoming" })
  return /^\d{1,15}$/.test(data)
    ? Result.succeed({ _tag: "Generation", generation: Number(data) })
    : Result.fail(undefined)
}

export const encode = <E>(events: Stream.Stream<FeedEvent, E>): Stream.Stream<Uint8Array, E> =>
  Stream.map(events, write).pipe(
    Stream.merge(Stream.fromEffectRepeat(Effect.delay(Effect.succeed(":\n\n"), HEARTBEAT)), { haltStrategy: "left" }),
    Stream.encodeText
  )

/** Fails when the connection ends, however it ends. */
export const decode = <E>(
  bytes: Stream.Stream<Uint8Array, E>
): Stream.Stream<FeedEvent, E | FeedEnded | Sse.Retry | Sse.SseError> =>
  bytes.pipe(
    Stream.timeoutOrElse({
      duration: FEED_SILENCE,
      orElse: () => Stream.fail(new FeedEnded({ message: "The provider has not been heard of for a minute" }))
    }),
    Stream.decodeText,
    Stream.pipeThroughChannel(Sse.decode({ maxEventSize: MAX_EVENT_LENGTH })),
    Stream.filterMap(read),
    Stream.concat(Stream.fail(new FeedEnded({ message: "The provider has ended the feed" })))
  )
