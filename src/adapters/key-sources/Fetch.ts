/** One GET over HTTPS for a certificate: bounded, without redirects, and what is not there is told from what failed. */
import { ByteSize, Effect } from "effect"
import { HttpClient, HttpIncomingMessage } from "effect/http"
import { KeySourceError } from "../../ports/KeySources.ts"

/** A certificate with the signatures of a few hundred friends. */
const MAX_BYTES = 1024 * 1024

/** Nobody reached: no such host, refused, a TLS certificate that is not theirs. */
export interface Unreached {
  readonly _tag: "Unreached"
  readonly cause: unknown
}

const isGone = (status: number): boolean => status === 404 || status === 410

export const get = Effect.fn("KeySources.get")(
  function*(url: string) {
    const client = yield* HttpClient.HttpClient
    const response = yield* client.get(url, { headers: { accept: "application/octet-stream, application/pgp-keys" } })
      .pipe(Effect.mapError((cause): Unreached => ({ _tag: "Unreached", cause })))
    if (isGone(response.status)) return undefined
    if (response.status !== 200) return yield* new KeySourceError({ cause: `${url} answered ${response.status}` })
    const body = yield* Effect.mapError(response.arrayBuffer, (cause) => new KeySourceError({ cause }))
    if (body.byteLength > MAX_BYTES) return yield* new KeySourceError({ cause: `${url} answered too much` })
    return body.byteLength === 0 ? undefined : new Uint8Array(body)
  },
  Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(MAX_BYTES))
)

export const unreachedFails = <A, R>(
  effect: Effect.Effect<A, Unreached | KeySourceError, R>
): Effect.Effect<A, KeySourceError, R> =>
  Effect.catchTag(effect, "Unreached", ({ cause }) => new KeySourceError({ cause }))
