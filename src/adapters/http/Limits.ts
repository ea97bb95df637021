/** How much one call may carry, the same on both sides. */

/** Of one document, and of all documents in one call: base64 makes them a third larger. */
export const MAX_DOCUMENT_BYTES = 2 * 1024 * 1024
export const MAX_BATCH_BYTES = 8 * 1024 * 1024
export const MAX_DOCUMENTS = 500
export const MAX_IDS = 1000
export const MAX_LOG_ENTRIES = 1000
/** That one document may refer to: each a part of a message. */
export const MAX_BLOBS = 1000
export const MAX_ID_LENGTH = 128
/** Of an id or an address in a path: each octet may be percent-encoded. */
export const MAX_PARAM_LENGTH = 1024
/** Above the largest message that a provider or a client takes, sealed and padded. */
export const MAX_BLOB_BYTES = 64 * 1024 * 1024
/** Together in one call; a larger one goes alone. */
export const MAX_BLOBS_TOGETHER = 500
export const MAX_BLOBS_BYTES = 4 * 1024 * 1024
export const MAX_CERTIFICATE_BYTES = 256 * 1024
export const MAX_WRAPPED_ROOT_BYTES = 4 * 1024
/** Of an account, feeds among them. */
export const MAX_CALLS_AT_ONCE = 64
export const MAX_CONNECTIONS = 2000

const MAX_ENROLMENT_BYTES = 16 * 1024
/** Calls with ids of blobs, and no blob. */
const ABOUT_BLOBS = ["/v1/blobs/missing", "/v1/blobs/read"]
const MAX_JSON_BYTES = 16 * 1024 * 1024
/** With the name and the length of each. */
const MAX_FRAMES_BYTES = MAX_BLOBS_BYTES + MAX_BLOBS_TOGETHER * (5 + MAX_ID_LENGTH)

/** Of a request body, before it is read. */
export const maxRequestBytes = (path: string): number => {
  if (path === "/v1/blobs/write") return MAX_FRAMES_BYTES
  if (path.startsWith("/v1/blobs/") && !ABOUT_BLOBS.includes(path)) return MAX_BLOB_BYTES
  if (path.startsWith("/v1/certificate")) return MAX_CERTIFICATE_BYTES
  if (/^\/v1\/(register|login|credentials|sessions|account)\b/.test(path)) return MAX_ENROLMENT_BYTES
  return MAX_JSON_BYTES
}

/** Of an answer: a message as OpenPGP encrypted it, or a blob. */
export const MAX_RESPONSE_BYTES = 128 * 1024 * 1024

export const HEARTBEAT = "25 seconds"
/** Two heartbeats missed. */
export const FEED_SILENCE = "60 seconds"
/** Then the client comes again, and shows its token again. */
export const FEED_LIFETIME = "1 hour"
