/** Documents, blobs, the feed and queued mail of the caller's account. */
import { Effect, Metric, Result, Stream } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { isFeedEvent } from "../../domain/document/ChangeFeed.ts"
import { firstBlobs } from "../../domain/document/Pages.ts"
import { publish } from "../../domain/keys/Publish.ts"
import { ProviderBlobs } from "../../ports/ProviderBlobs.ts"
import { ProviderDocuments } from "../../ports/ProviderDocuments.ts"
import { ProviderQueue } from "../../ports/ProviderQueue.ts"
import type { OverQuota, ProviderStoreError } from "../../ports/ProviderStoreError.ts"
import type { PushedDocument, SealedDocument } from "../../ports/Replication.ts"
import { Api } from "./Api.ts"
import { Full, Malformed, TooLarge } from "./ApiErrors.ts"
import { Caller } from "./ApiFields.ts"
import * as BlobFrames from "./BlobFrames.ts"
import { parseRange } from "./ByteRanges.ts"
import { encode } from "./FeedEvents.ts"
import { FEED_LIFETIME, MAX_BATCH_BYTES, MAX_BLOBS_TOGETHER } from "./Limits.ts"
import * as NamedBlobFrames from "./NamedBlobFrames.ts"
import { orNotFound, orUnavailable, unavailable } from "./Unavailable.ts"

const feeds = Metric.gauge("leap_mail_feeds", { description: "Devices that listen" })

const sizeOf = ({ sealed }: { readonly sealed: Uint8Array | undefined }): number => sealed?.length ?? 0

const orFull = <A, R>(effect: Effect.Effect<A, OverQuota | ProviderStoreError, R>) =>
  Effect.catchTags(effect, {
    OverQuota: ({ message }) => new Full({ message: `${message}. Delete something, or ask for more room.` }),
    ProviderStoreError: unavailable
  })

const toPage = ({ documents, generation }: {
  readonly documents: ReadonlyArray<SealedDocument>
  readonly generation: number
}) => ({ generation, documents: documents.map(({ sealed, ...rest }) => ({ ...rest, sealed: sealed ?? null })) })

const toPushed = ({ blobs, id, isEarly, parent, sealed }: {
  readonly id: string
  readonly parent: number
  readonly sealed: Uint8Array | null
  readonly blobs?: ReadonlyArray<string> | undefined
  readonly isEarly?: boolean | undefined
}): PushedDocument => ({
  id,
  parent,
  sealed: sealed ?? undefined,
  isEarly: isEarly ?? false,
  ...blobs === undefined ? {} : { blobs }
})

export const layerAccount = HttpApiBuilder.group(
  Api,
  "account",
  Effect.fnUntraced(function*(handlers) {
    const documents = yield* ProviderDocuments
    const blobs = yield* ProviderBlobs
    const queue = yield* ProviderQueue

    /** RFC 9110 §14: what cannot be understood of a range is passed over, and the whole answered. */
    const readBlob = Effect.fnUntraced(function*(account: number, id: string, header: string | undefined) {
      const whole = blobs.getBlob(account, id).pipe(orUnavailable, orNotFound("such blob"))
      if (header === undefined) return yield* whole
      const size = yield* blobs.blobSize(account, id).pipe(orUnavailable, orNotFound("such blob"))
      const range = parseRange(header, size)
      if (range === undefined) return yield* whole
      if (range === "unsatisfiable") {
        return HttpServerResponse.empty({ status: 416, headers: { "content-range": `bytes */${size}` } })
      }
      const part = yield* blobs.getBlob(account, id, range).pipe(orUnavailable, orNotFound("such blob"))
      return HttpServerResponse.uint8Array(part, {
        status: 206,
        contentType: "application/octet-stream",
        headers: { "content-range": `bytes ${range.first}-${range.last}/${size}` }
      })
    })

    return handlers.handleAll({
      push: Effect.fnUntraced(function*({ payload }) {
        const { account } = yield* Caller
        const pushed = payload.documents.map(toPushed)
        if (pushed.reduce((sum, document) => sum + sizeOf(document), 0) > MAX_BATCH_BYTES) {
          return yield* new TooLarge({ message: `A batch may carry ${MAX_BATCH_BYTES} bytes. Send fewer documents.` })
        }
        return yield* orFull(documents.push(account.id, payload.batch, pushed))
      }),
      pull: Effect.fnUntraced(function*({ query: { limit, since } }) {
        const { account } = yield* Caller
        return toPage(yield* orUnavailable(documents.pull(account.id, since, limit)))
      }),
      pullEarly: Effect.fnUntraced(function*({ query: { limit, since } }) {
        const { account } = yield* Caller
        return toPage(yield* orUnavailable(documents.pullEarly(account.id, since, limit)))
      }),
      putBlob: Effect.fnUntraced(function*({ params, payload }) {
        const { account } = yield* Caller
        yield* orFull(blobs.putBlob(account.id, params.id, payload))
      }),
      putBlobs: Effect.fnUntraced(function*({ payload }) {
        const { account } = yield* Caller
        const offered = NamedBlobFrames.decode(payload, MAX_BLOBS_TOGETHER)
        if (Result.isFailure(offered)) return yield* new Malformed({ message: offered.failure })
        return yield* orUnavailable(blobs.putBlobs(account.id, offered.success))
      }),
      getBlob: Effect.fnUntraced(function*({ params, request }) {
        const { account } = yield* Caller
        return yield* readBlob(account.id, params.id, request.headers["range"])
      }),
      getBlobs: Effect.fnUntraced(function*({ payload }) {
        const { account } = yield* Caller
        return BlobFrames.encode(
          yield* orUnavailable(firstBlobs((id) => blobs.getBlob(account.id, id), payload.ids))
        )
      }),
      missingBlobs: Effect.fnUntraced(function*({ payload }) {
        const { account } = yield* Caller
        return yield* orUnavailable(blobs.missingBlobs(account.id, payload.ids))
      }),
      feed: Effect.fnUntraced(function*() {
        const { account, isLoggedIn } = yield* Caller
        return documents.feed(account.id).pipe(
          Stream.mapEffect((event) =>
            Effect.map(event._tag === "Sessions" ? isLoggedIn : Effect.succeed(true), (isLive) => ({ event, isLive }))
          ),
          Stream.takeWhile(({ isLive }) => isLive),
          Stream.map(({ event }) => event),
          Stream.filter(isFeedEvent),
          Stream.interruptWhen(Effect.sleep(FEED_LIFETIME)),
          encode,
          Stream.onStart(Metric.modify(feeds, 1)),
          Stream.ensuring(Metric.modify(feeds, -1)),
          Stream.catchCause((cause) => Stream.fromEffectDrain(Effect.logError("A feed was cut off", cause)))
        )
      }),
      incoming: Effect.fnUntraced(function*({ query }) {
        const { account } = yield* Caller
        return yield* orUnavailable(queue.incoming(account.id, query.limit))
      }),
      fetchIncoming: Effect.fnUntraced(function*({ params }) {
        const { account } = yield* Caller
        return yield* orUnavailable(queue.fetchIncoming(account.id, params.id)).pipe(
          orNotFound("such message: it was taken")
        )
      }),
      acknowledge: Effect.fnUntraced(function*({ payload }) {
        const { account } = yield* Caller
        yield* orUnavailable(queue.acknowledge(account.id, payload.ids))
      }),
      publish: Effect.fnUntraced(function*({ payload }) {
        const { account } = yield* Caller
        yield* publish(account, payload).pipe(Effect.catchTag("ProviderStoreError", unavailable))
      })
    })
  })
)
