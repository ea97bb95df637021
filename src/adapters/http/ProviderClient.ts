/** The provider's API, as the client's ports. */
import { Context, Effect, Layer, type Redacted, Result, Stream } from "effect"
import type { HttpClient } from "effect/http"
import { fill } from "../../domain/document/Pages.ts"
import { AccountAccess } from "../../ports/AccountAccess.ts"
import { EnrolmentExchange } from "../../ports/EnrolmentExchange.ts"
import { IncomingQueue, IncomingQueueError } from "../../ports/IncomingQueue.ts"
import { KeyDirectory, KeyDirectoryError } from "../../ports/KeyDirectory.ts"
import {
  type PushedDocument,
  type PushOutcome,
  Replication,
  ReplicationError,
  SignedOut
} from "../../ports/Replication.ts"
import * as BlobFrames from "./BlobFrames.ts"
import { isTransient } from "./CallFailure.ts"
import { decode } from "./FeedEvents.ts"
import { MAX_BATCH_BYTES, MAX_DOCUMENTS, MAX_IDS } from "./Limits.ts"
import { accountAccess } from "./ProviderAccess.ts"
import { bounded, type Client, enrolmentFailed, makeClient } from "./ProviderCalls.ts"

/** Before there is a session. */
export const layerExchange = (baseUrl: string): Layer.Layer<EnrolmentExchange, never, HttpClient.HttpClient> =>
  Layer.effect(
    EnrolmentExchange,
    Effect.gen(function*() {
      const { enrolment } = yield* makeClient(baseUrl)
      const register = enrolmentFailed("register")
      const login = enrolmentFailed("login")
      return EnrolmentExchange.of({
        registerStart: Effect.fn("ProviderClient.registerStart")(
          function*(address, request) {
            const { response } = yield* enrolment.registerStart({ payload: { address, request } })
            return response
          },
          bounded,
          Effect.mapError(register)
        ),
        registerFinish: Effect.fn("ProviderClient.registerFinish")(
          function*(address, record, wrappedRoot, device, invite) {
            const payload = { address, record, wrappedRoot, device, invite }
            const { token } = yield* enrolment.registerFinish({ payload })
            return token
          },
          bounded,
          Effect.mapError(register)
        ),
        loginStart: Effect.fn("ProviderClient.loginStart")(
          function*(address, request, kind) {
            return yield* enrolment.loginStart({ payload: { address, request, kind } })
          },
          bounded,
          Effect.mapError(login)
        ),
        loginFinish: Effect.fn("ProviderClient.loginFinish")(
          function*(attempt, request, device) {
            return yield* enrolment.loginFinish({ payload: { attempt, request, device } })
          },
          bounded,
          Effect.mapError(login)
        )
      })
    })
  )

/** In order, each piece within what one call may carry. */
const inPieces = (documents: ReadonlyArray<PushedDocument>): ReadonlyArray<ReadonlyArray<PushedDocument>> => {
  const pieces: Array<Array<PushedDocument>> = []
  let size = Infinity
  for (const document of documents) {
    const octets = document.sealed?.length ?? 0
    if (size + octets > MAX_BATCH_BYTES || (pieces.at(-1)?.length ?? 0) >= MAX_DOCUMENTS) {
      pieces.push([])
      size = 0
    }
    size += octets
    pieces.at(-1)?.push(document)
  }
  return pieces
}

const unread = (reason: string) =>
  new ReplicationError({ operation: "blob", transient: false, cause: new Error(reason) })

const replication = ({ account }: Client): Replication["Service"] => {
  const failed = (operation: ReplicationError["operation"]) => (cause: { readonly _tag: string }) =>
    cause._tag === "Unauthorized"
      ? new SignedOut()
      : new ReplicationError({ operation, transient: isTransient(cause), cause })
  return {
    push: Effect.fn("ProviderClient.push")(
      function*(batchId, documents) {
        const outcomes: Array<PushOutcome> = []
        for (const [index, piece] of inPieces(documents).entries()) {
          const payload = {
            batch: `${batchId}.${index}`,
            documents: piece.map(({ sealed, ...rest }) => ({ ...rest, sealed: sealed ?? null }))
          }
          outcomes.push(...(yield* account.push({ payload })))
        }
        return outcomes
      },
      bounded,
      Effect.mapError(failed("push"))
    ),
    pull: Effect.fn("ProviderClient.pull")(
      function*(since, limit) {
        return yield* fill(
          (after, room) =>
            Effect.map(
              account.pull({ query: { since: after, limit: Math.min(room, MAX_DOCUMENTS) } }),
              ({ documents, generation }) => ({
                generation,
                documents: documents.map(({ sealed, ...rest }) => ({ ...rest, sealed: sealed ?? undefined }))
              })
            ),
          since,
          limit
        )
      },
      bounded,
      Effect.mapError(failed("pull"))
    ),
    putBlob: (id, payload) => Effect.mapError(bounded(account.putBlob({ params: { id }, payload })), failed("blob")),
    getBlob: (id) =>
      account.getBlob({ params: { id } }).pipe(
        Effect.catchTag("NotFound", () => Effect.succeed(undefined)),
        bounded,
        Effect.mapError(failed("blob"))
      ),
    getBlobs: Effect.fn("ProviderClient.getBlobs")(
      function*(ids) {
        if (ids.length === 0) return []
        const answer = yield* account.getBlobs({ payload: { ids: ids.slice(0, MAX_IDS) } })
        const blobs = BlobFrames.decode(answer)
        if (Result.isFailure(blobs)) return yield* unread(blobs.failure)
        const { length } = blobs.success
        return length === 0 || length > ids.length ? yield* unread("It has another number of blobs") : blobs.success
      },
      bounded,
      Effect.mapError((cause) => cause instanceof ReplicationError ? cause : failed("blob")(cause))
    ),
    missingBlobs: Effect.fn("ProviderClient.missingBlobs")(
      function*(ids) {
        const missing: Array<string> = []
        for (let at = 0; at < ids.length; at += MAX_IDS) {
          missing.push(...(yield* account.missingBlobs({ payload: { ids: ids.slice(at, at + MAX_IDS) } })))
        }
        return missing
      },
      bounded,
      Effect.mapError(failed("blob"))
    ),
    feed: Stream.unwrap(account.feed()).pipe(decode, Stream.mapError(failed("feed")))
  }
}

const incomingQueue = ({ account }: Client): IncomingQueue["Service"] => {
  const failed = (operation: IncomingQueueError["operation"]) => (cause: { readonly _tag: string }) =>
    new IncomingQueueError({ operation, transient: isTransient(cause), cause })
  return {
    list: (limit) =>
      account.incoming({ query: { limit: Math.min(limit, MAX_IDS) } }).pipe(bounded, Effect.mapError(failed("list"))),
    fetch: (id) =>
      account.fetchIncoming({ params: { id } }).pipe(
        Effect.catchTag("NotFound", () => Effect.succeed(undefined)),
        bounded,
        Effect.mapError(failed("fetch"))
      ),
    acknowledge: Effect.fn("ProviderClient.acknowledge")(
      function*(ids) {
        for (let at = 0; at < ids.length; at += MAX_IDS) {
          yield* account.acknowledge({ payload: { ids: ids.slice(at, at + MAX_IDS) } })
        }
      },
      bounded,
      Effect.mapError(failed("acknowledge"))
    )
  }
}

const keyDirectory = ({ account, certificate }: Client): KeyDirectory["Service"] => {
  const failed = (operation: KeyDirectoryError["operation"]) => (cause: { readonly _tag: string }) =>
    new KeyDirectoryError({ operation, transient: isTransient(cause), cause })
  return {
    lookup: (address) =>
      certificate({ params: { address } }).pipe(
        Effect.catchTag("NotFound", () => Effect.succeed(undefined)),
        bounded,
        Effect.mapError(failed("lookup"))
      ),
    publish: (payload) => account.publish({ payload }).pipe(bounded, Effect.mapError(failed("publish")))
  }
}

/** The ports of one account, in the session that `token` opens. */
export const layerAccount = (
  baseUrl: string,
  token: Redacted.Redacted<string>
): Layer.Layer<Replication | IncomingQueue | KeyDirectory | AccountAccess, never, HttpClient.HttpClient> =>
  Layer.effectContext(
    Effect.map(makeClient(baseUrl, token), (client) =>
      Context.make(Replication, replication(client)).pipe(
        Context.add(IncomingQueue, incomingQueue(client)),
        Context.add(KeyDirectory, keyDirectory(client)),
        Context.add(AccountAccess, accountAccess(client))
      ))
  )
