/** What each call of the API does with the provider's store. */
import { Effect, Stream } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { publish } from "../../domain/keys/Publish.ts"
import { EnrolmentExchange } from "../../ports/EnrolmentExchange.ts"
import { ProviderStore } from "../../ports/ProviderStore.ts"
import type { PushedDocument, SealedDocument } from "../../ports/Replication.ts"
import { Api, CurrentAccount } from "./Api.ts"
import { NotFound, TooLarge } from "./ApiErrors.ts"
import { encode } from "./FeedEvents.ts"
import { FEED_LIFETIME, MAX_BATCH_BYTES } from "./Limits.ts"
import { orUnavailable, unavailable } from "./Unavailable.ts"

const orNotFound = (what: string) => <A, E, R>(effect: Effect.Effect<A | undefined, E, R>) =>
  Effect.flatMap(
    effect,
    (found) =>
      found === undefined ? Effect.fail(new NotFound({ message: `There is no ${what}.` })) : Effect.succeed(found)
  )

const sizeOf = ({ sealed }: { readonly sealed: Uint8Array | undefined }): number => sealed?.length ?? 0

/** As many of the first as an answer may carry; one at least, or nobody would ever come past it. */
const page = (documents: ReadonlyArray<SealedDocument>): ReadonlyArray<SealedDocument> => {
  let size = 0
  const end = documents.findIndex((document, index) => (size += sizeOf(document)) > MAX_BATCH_BYTES && index > 0)
  return end < 0 ? documents : documents.slice(0, end)
}

export const layerDirectory = HttpApiBuilder.group(
  Api,
  "directory",
  Effect.fnUntraced(function*(handlers) {
    const store = yield* ProviderStore
    return handlers.handleAll({
      health: () => Effect.succeed({ status: "ok" } as const),
      certificate: ({ params }) =>
        orUnavailable(store.certificate(params.address)).pipe(orNotFound("certificate of this address"))
    })
  })
)

export const layerEnrolment = HttpApiBuilder.group(
  Api,
  "enrolment",
  Effect.fnUntraced(function*(handlers) {
    const exchange = yield* EnrolmentExchange
    return handlers.handleAll({
      registerStart: ({ payload: { address, request } }) =>
        exchange.registerStart(address, request).pipe(
          Effect.map((response) => ({ response })),
          Effect.catchTag("EnrolmentError", unavailable)
        ),
      registerFinish: ({ payload: { address, record, wrappedRoot } }) =>
        exchange.registerFinish(address, record, wrappedRoot).pipe(Effect.catchTag("EnrolmentError", unavailable)),
      loginStart: ({ payload: { address, request } }) =>
        exchange.loginStart(address, request).pipe(Effect.catchTag("EnrolmentError", unavailable)),
      loginFinish: ({ payload: { attempt, device, request } }) =>
        exchange.loginFinish(attempt, request, device).pipe(Effect.catchTag("EnrolmentError", unavailable))
    })
  })
)

export const layerAccount = HttpApiBuilder.group(
  Api,
  "account",
  Effect.fnUntraced(function*(handlers) {
    const store = yield* ProviderStore
    return handlers.handleAll({
      push: Effect.fnUntraced(function*({ payload: { batch, documents } }) {
        const { id } = yield* CurrentAccount
        const pushed = documents.map(({ sealed, ...rest }): PushedDocument => ({
          ...rest,
          sealed: sealed ?? undefined
        }))
        if (pushed.reduce((sum, document) => sum + sizeOf(document), 0) > MAX_BATCH_BYTES) {
          return yield* new TooLarge({ message: `A batch may carry ${MAX_BATCH_BYTES} bytes. Send fewer documents.` })
        }
        return yield* orUnavailable(store.push(id, batch, pushed))
      }),
      pull: Effect.fnUntraced(function*({ query: { limit, since } }) {
        const { id } = yield* CurrentAccount
        const { documents, generation } = yield* orUnavailable(store.pull(id, since, limit))
        const sent = page(documents)
        return { generation, documents: sent.map(({ sealed, ...rest }) => ({ ...rest, sealed: sealed ?? null })) }
      }),
      putBlob: Effect.fnUntraced(function*({ params, payload }) {
        const { id } = yield* CurrentAccount
        yield* orUnavailable(store.putBlob(id, params.id, payload))
      }),
      getBlob: Effect.fnUntraced(function*({ params }) {
        const { id } = yield* CurrentAccount
        return yield* orUnavailable(store.getBlob(id, params.id)).pipe(orNotFound("such blob"))
      }),
      missingBlobs: Effect.fnUntraced(function*({ payload }) {
        const { id } = yield* CurrentAccount
        return yield* orUnavailable(store.missingBlobs(id, payload.ids))
      }),
      feed: Effect.fnUntraced(function*() {
        const { id } = yield* CurrentAccount
        return store.feed(id).pipe(
          Stream.interruptWhen(Effect.sleep(FEED_LIFETIME)),
          encode,
          Stream.catchCause((cause) => Stream.fromEffectDrain(Effect.logError("A feed was cut off", cause)))
        )
      }),
      incoming: Effect.fnUntraced(function*({ query }) {
        const { id } = yield* CurrentAccount
        return yield* orUnavailable(store.incoming(id, query.limit))
      }),
      fetchIncoming: Effect.fnUntraced(function*({ params }) {
        const { id } = yield* CurrentAccount
        return yield* orUnavailable(store.fetchIncoming(id, params.id)).pipe(orNotFound("such message: it was taken"))
      }),
      acknowledge: Effect.fnUntraced(function*({ payload }) {
        const { id } = yield* CurrentAccount
        yield* orUnavailable(store.acknowledge(id, payload.ids))
      }),
      publish: Effect.fnUntraced(function*({ payload }) {
        const account = yield* CurrentAccount
        yield* publish(account, payload).pipe(Effect.catchTag("ProviderStoreError", unavailable))
      })
    })
  })
)
