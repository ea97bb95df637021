/** Directories are asked for an address's certificate, each as rarely as its answers allow. */
import { Clock, Effect } from "effect"
import { KeyDirectory } from "../../ports/KeyDirectory.ts"
import { KeySources } from "../../ports/KeySources.ts"
import { KeyStore, type OwnKeys } from "../../ports/KeyStore.ts"
import { OpenPgp } from "../../ports/OpenPgp.ts"
import { type Address, domain } from "../account/Address.ts"
import { noted } from "./Audit.ts"
import { isFit } from "./Binding.ts"
import type { Directory } from "./BindingSource.ts"
import { inspect, learn } from "./Learn.ts"
import { holds, lifetime, type Outcome } from "./Lookup.ts"
import { splitKeys } from "./PacketTags.ts"
import { hasAddress } from "./UserId.ts"
import { WEAK_CHAIN } from "./ValidationLevel.ts"

/** One that does not answer leaves time for the next. */
const PATIENCE = "3 seconds"
/** Of a directory that shows more certificates for one address. */
const MAX_SHOWN = 8

/** RFC 6761, RFC 8375, RFC 9476 and house use: such a name is nobody's on the public network. */
const RESERVED = /(^|\.)(test|example|invalid|localhost|local|internal|lan|home|alt|onion|arpa)$/

/** Names of hosts only, with a dot in them; the rest could lead into one's own network. */
export const isPublicDomain = (name: string): boolean =>
  /^[a-z0-9_-]+(\.[a-z0-9_-]+)*\.[a-z][a-z0-9-]*$/.test(name) && !RESERVED.test(name)

interface Source {
  readonly directory: Directory
  readonly ask: Effect.Effect<Uint8Array | undefined, { readonly _tag: string }>
}

/** The provider is asked for addresses of its own domain only: it need not learn who else is written to. */
const sourcesFor = Effect.fnUntraced(function*(own: OwnKeys, address: Address) {
  const provider = yield* KeyDirectory
  const { directories } = yield* KeySources
  const sources: Array<Source> = []
  if (domain(address) === domain(own.address)) sources.push({ directory: "provider", ask: provider.lookup(address) })
  if (isPublicDomain(domain(address))) {
    for (const { directory, lookup } of directories) sources.push({ directory, ask: lookup(address) })
  }
  return sources
})

/** Of this address: anybody may show anything else. */
const readable = Effect.fnUntraced(function*(bytes: Uint8Array, address: Address) {
  const pgp = yield* OpenPgp
  const now = yield* Clock.currentTimeMillis
  const binary = yield* pgp.dearmor(bytes).pipe(Effect.orElseSucceed(() => new Uint8Array(0)))
  const found: Array<{ readonly certificate: Uint8Array; readonly fingerprint: string; readonly isFit: boolean }> = []
  for (const certificate of splitKeys(binary).slice(0, MAX_SHOWN)) {
    const facts = yield* inspect(certificate)
    if (facts?.userIds.some((userId) => hasAddress(userId, address)) !== true) continue
    found.push({ certificate, fingerprint: facts.fingerprint, isFit: isFit(facts, now) })
  }
  // The one that can be used is the one that is meant; of the others, a revocation is still worth knowing.
  return found.toSorted((a, b) => Number(b.isFit) - Number(a.isFit))
})

const askOne = Effect.fnUntraced(function*(address: Address, { ask, directory }: Source) {
  const store = yield* KeyStore
  const answer = yield* ask.pipe(
    Effect.timeout(PATIENCE),
    Effect.map((bytes): { readonly outcome: Outcome; readonly bytes: Uint8Array | undefined } => ({
      outcome: bytes === undefined ? "none" : "found",
      bytes
    })),
    Effect.catch((error) =>
      Effect.as(
        Effect.logDebug("A key directory did not answer", directory, error),
        { outcome: "failed" as const, bytes: undefined }
      )
    )
  )
  const shown = answer.bytes === undefined ? [] : yield* readable(answer.bytes, address)
  const outcome: Outcome = answer.outcome === "found" && shown.length === 0 ? "none" : answer.outcome
  const fingerprint = shown[0]?.fingerprint ?? ""
  const askedAt = yield* Clock.currentTimeMillis
  yield* store.putAnswer({ address, directory, fingerprint, askedAt, until: askedAt + lifetime(directory, outcome) })
  if (outcome !== "failed") {
    const log = yield* store.auditLog(address)
    const next = noted(log, directory, fingerprint, askedAt)
    if (next !== log) yield* store.putAuditLog(address, next)
  }
  for (const { certificate } of shown) {
    yield* learn({ address, certificate, level: WEAK_CHAIN, source: directory })
  }
  return outcome
})

/**
 * In order, until one shows a certificate; all of them where `all` is set. `address` is canonical. A directory whose last
 * answer still holds is not asked: what it said is bound, or waits for the person.
 */
export const search = Effect.fn("Search.search")(
  function*(own: OwnKeys, address: Address, options: { readonly all: boolean }) {
    const store = yield* KeyStore
    for (const source of yield* sourcesFor(own, address)) {
      const last = yield* store.answer(address, source.directory)
      const isFresh = last !== undefined && holds(last, yield* Clock.currentTimeMillis)
      const isFound = isFresh ? last.fingerprint !== "" : (yield* askOne(address, source)) === "found"
      if (isFound && !options.all) return
    }
  }
)
