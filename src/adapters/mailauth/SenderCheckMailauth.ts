/** SenderCheck with mailauth (RFC 6376, 7208, 7489, 8617). */
import { type Duration, Effect, Layer } from "effect"
import type { AuthenticateResult, DNSResolver } from "mailauth"
import { Readable } from "node:stream"
import type { Authentication } from "../../domain/incoming/Provenance.ts"
import { removeHeadersWhere } from "../../domain/message/HeaderEdit.ts"
import { type CheckedMessage, SenderCheck } from "../../ports/SenderCheck.ts"

export interface Options {
  /** As `dns.promises.resolve`; the system's unless given. */
  readonly resolver?: DNSResolver
  readonly patience?: Duration.Input
}

/** Of all questions of one message together: the sender waits for our answer meanwhile. */
const PATIENCE = "15 seconds"

const UNANSWERED: Authentication = { dkim: "none", dmarc: "temperror", spf: "temperror", arc: "none" }

/** One valid signature is enough: others may be of lists that changed the message (RFC 6376 §6.1). */
const dkimOf = ({ dkim }: AuthenticateResult): Authentication["dkim"] => {
  const results = dkim.results.map(({ status }) => status.result)
  if (results.includes("pass")) return "pass"
  return results.some((result) => result !== "none") ? "fail" : "none"
}

const toAuthentication = (result: AuthenticateResult): Authentication => ({
  dkim: dkimOf(result),
  dmarc: result.dmarc === false ? "none" : result.dmarc.status.result,
  spf: result.spf === false ? "none" : result.spf.status.result,
  arc: result.arc === false ? "none" : result.arc.status.result
})

/** Each may have the whole body hashed once more, and its key asked for (RFC 6376 §8.4); nobody honest has so many. */
const MAX_SIGNATURES = 10

/** The topmost are of the last hops. */
const withFewSignatures = (bytes: Uint8Array): Uint8Array => {
  let signatures = 0
  return removeHeadersWhere(bytes, (name) => name === "dkim-signature" && ++signatures > MAX_SIGNATURES)
}

/** Octets hashed before others have their turn: the library would hash a large message for seconds. */
const TURN = 64 * 1024

const inTurns = async function*(bytes: Uint8Array, signal: AbortSignal) {
  for (let at = 0; at < bytes.length && !signal.aborted; at += TURN) {
    yield Buffer.from(bytes.buffer, bytes.byteOffset + at, Math.min(TURN, bytes.length - at))
    await new Promise((resume) => setImmediate(resume))
  }
}

/** Loaded for the first message: the library is a third of what a program that never asks would load. */
const ask = (
  { bytes, from, helo, ip, isRelayed, receivedBy }: CheckedMessage,
  resolver: DNSResolver | undefined,
  signal: AbortSignal
) =>
  import("mailauth").then(({ authenticate }) =>
    authenticate(Readable.from(inTurns(withFewSignatures(bytes), signal)), {
      ...isRelayed ? { trustReceived: true } : { ip, helo },
      sender: from,
      mta: receivedBy,
      disableBimi: true,
      ...resolver === undefined ? {} : { resolver }
    })
  )

export const layer = ({ patience = PATIENCE, resolver }: Options = {}): Layer.Layer<SenderCheck> =>
  Layer.succeed(SenderCheck, {
    check: Effect.fn("SenderCheckMailauth.check")(
      function*(message) {
        return toAuthentication(yield* Effect.tryPromise((signal) => ask(message, resolver, signal)))
      },
      Effect.timeout(patience),
      Effect.catch((error) =>
        Effect.as(Effect.logWarning("The sender of a message could not be checked", error), UNANSWERED)
      )
    )
  })
