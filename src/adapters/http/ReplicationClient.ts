/** The provider's part in replication, as the client's port: calls that are large are made in pieces. */
import { Effect, Result, Stream } from "effect"
import { fill } from "../../domain/document/Pages.ts"
import {
  type BlobOutcome,
  type PushOutcome,
  type Replication,
  ReplicationError,
  type SealedBlob,
  SignedOut
} from "../../ports/Replication.ts"
import * as BlobFrames from "./BlobFrames.ts"
import { isTransient } from "./CallFailure.ts"
import { decode } from "./FeedEvents.ts"
import { MAX_BATCH_BYTES, MAX_BLOBS_BYTES, MAX_BLOBS_TOGETHER, MAX_DOCUMENTS, MAX_IDS } from "./Limits.ts"
import * as NamedBlobFrames from "./NamedBlobFrames.ts"
import { bounded, type Client } from "./ProviderCalls.ts"

interface Bound {
  readonly bytes: number
  readonly count: number
}

/** In order, each piece within what one call may carry. */
const inPieces = <A extends { readonly sealed: Uint8Array | undefined }>(
  all: ReadonlyArray<A>,
  { bytes, count }: Bound
): ReadonlyArray<ReadonlyArray<A>> => {
  const pieces: Array<Array<A>> = []
  let size = Infinity
  for (const one of all) {
    const octets = one.sealed?.length ?? 0
    if (size + octets > bytes || (pieces.at(-1)?.length ?? 0) >= count) {
      pieces.push([])
      size = 0
    }
    size += octets
    pieces.at(-1)?.push(one)
  }
  return pieces
}

const DOCUMENTS: Bound = { bytes: MAX_BATCH_BYTES, count: MAX_DOCUMENTS }
const BLOBS: Bound = { bytes: MAX_BLOBS_BYTES, count: MAX_BLOBS_TOGETHER }

const unread = (reason: string) =>
  new ReplicationError({ operation: "blob", transient: false, cause: new Error(reason) })

export const replication = ({ account }: Client): Replication["Service"] => {
  const failed = (operation: ReplicationError["operation"]) => (cause: { readonly _tag: string }) =>
    cause._tag === "Unauthorized"
      ? new SignedOut()
      : new ReplicationError({ operation, transient: isTransient(cause), cause })
  const pulling = (call: "pull" | "pullEarly") =>
    Effect.fn(`ProviderClient.${call}`)(
      function*(since: number, limit: number) {
        return yield* fill(
          (after, room) =>
            Effect.map(
              account[call]({ query: { since: after, limit: Math.min(room, MAX_DOCUMENTS) } }),
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
    )
  return {
    push: Effect.fn("ProviderClient.push")(
      function*(batchId, documents) {
        const outcomes: Array<PushOutcome> = []
        for (const [index, piece] of inPieces(documents, DOCUMENTS).entries()) {
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
    pull: pulling("pull"),
    pullEarly: pulling("pullEarly"),
    putBlobs: Effect.fn("ProviderClient.putBlobs")(
      function*(blobs) {
        const isLarge = ({ sealed }: SealedBlob) => sealed.length > MAX_BLOBS_BYTES
        const outcomes = new Map<string, BlobOutcome>()
        for (const piece of inPieces(blobs.filter((blob) => !isLarge(blob)), BLOBS)) {
          const answer = yield* account.putBlobs({ payload: NamedBlobFrames.encode(piece) })
          if (answer.length !== piece.length) return yield* unread("It has another number of outcomes")
          for (const [index, { id }] of piece.entries()) outcomes.set(id, answer[index] ?? "Full")
        }
        for (const { id, sealed } of blobs.filter(isLarge)) {
          outcomes.set(
            id,
            yield* account.putBlob({ params: { id }, payload: sealed }).pipe(
              Effect.as("Kept" as const),
              Effect.catchTag("Full", () => Effect.succeed("Full" as const))
            )
          )
        }
        return blobs.map(({ id }) => outcomes.get(id) ?? "Full")
      },
      bounded,
      Effect.mapError((cause) => cause instanceof ReplicationError ? cause : failed("blob")(cause))
    ),
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
