/** Documents, blobs, the feed and queued mail of the account that is logged in. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "effect/http-api"
import { CertificateRefused } from "../../domain/keys/Publish.ts"
import { Full, Malformed, NotFound, TooLarge, Unavailable } from "./ApiErrors.ts"
import { Authorization, base64, Count, Id, Ids, limit, Octets } from "./ApiFields.ts"
import { MAX_BLOBS, MAX_DOCUMENT_BYTES, MAX_DOCUMENTS, MAX_IDS } from "./Limits.ts"

const Sealed = Schema.NullOr(base64(MAX_DOCUMENT_BYTES))

const Outcome = Schema.Union([
  Schema.TaggedStruct("Accepted", { id: Id, generation: Count }),
  Schema.TaggedStruct("Stale", { id: Id, current: Count })
])

const Pushed = Schema.Struct({
  id: Id,
  parent: Count,
  sealed: Sealed,
  blobs: Schema.optional(Schema.Array(Id).check(Schema.isMaxLength(MAX_BLOBS))),
  isEarly: Schema.optional(Schema.Boolean)
})

const Page = Schema.Struct({
  generation: Count,
  documents: Schema.Array(Schema.Struct({ id: Id, generation: Count, parent: Count, sealed: Sealed }))
})

export const account = HttpApiGroup.make("account").add(
  HttpApiEndpoint.post("push", "/push", {
    payload: Schema.Struct({ batch: Id, documents: Schema.Array(Pushed).check(Schema.isMaxLength(MAX_DOCUMENTS)) }),
    success: Schema.Array(Outcome),
    error: [Full, TooLarge, Unavailable]
  }),
  // Bounded in bytes too: the end is where the last document, or `since`, is of `generation`.
  HttpApiEndpoint.get("pull", "/pull", {
    query: { since: Count, limit: limit(MAX_DOCUMENTS) },
    success: Page,
    error: Unavailable
  }),
  // Of those that were pushed as early.
  HttpApiEndpoint.get("pullEarly", "/pull/early", {
    query: { since: Count, limit: limit(MAX_DOCUMENTS) },
    success: Page,
    error: Unavailable
  }),
  HttpApiEndpoint.put("putBlob", "/blobs/:id", {
    params: { id: Id },
    payload: Octets,
    success: HttpApiSchema.NoContent,
    error: [Full, TooLarge, Unavailable]
  }),
  // As NamedBlobFrames writes them; one outcome a blob, in order. On disk when answered, and the same again changes nothing.
  HttpApiEndpoint.post("putBlobs", "/blobs/write", {
    payload: Octets,
    success: Schema.Array(Schema.Literals(["Kept", "Full"])),
    error: [Malformed, TooLarge, Unavailable]
  }),
  // With a single range of bytes (RFC 9110 §14.2) the answer is 206.
  HttpApiEndpoint.get("getBlob", "/blobs/:id", {
    params: { id: Id },
    success: Octets,
    error: [NotFound, Unavailable]
  }),
  // In order, as many of the first as fit one answer, as BlobFrames writes them.
  HttpApiEndpoint.post("getBlobs", "/blobs/read", {
    payload: Schema.Struct({ ids: Ids }),
    success: Octets,
    error: Unavailable
  }),
  HttpApiEndpoint.post("missingBlobs", "/blobs/missing", {
    payload: Schema.Struct({ ids: Ids }),
    success: Schema.Array(Id),
    error: Unavailable
  }),
  HttpApiEndpoint.get("feed", "/feed", {
    success: HttpApiSchema.StreamUint8Array({ contentType: "text/event-stream" })
  }),
  HttpApiEndpoint.get("incoming", "/incoming", {
    query: { limit: limit(MAX_IDS) },
    success: Schema.Array(Schema.Struct({ id: Id, arrivedAt: Count, size: Count })),
    error: Unavailable
  }),
  HttpApiEndpoint.get("fetchIncoming", "/incoming/:id", {
    params: { id: Id },
    success: Octets,
    error: [NotFound, Unavailable]
  }),
  HttpApiEndpoint.post("acknowledge", "/incoming/acknowledge", {
    payload: Schema.Struct({ ids: Ids }),
    success: HttpApiSchema.NoContent,
    error: Unavailable
  }),
  HttpApiEndpoint.put("publish", "/certificate", {
    payload: Octets,
    success: HttpApiSchema.NoContent,
    error: [CertificateRefused.pipe(HttpApiSchema.status(422)), TooLarge, Unavailable]
  })
).middleware(Authorization).prefix("/v1")
