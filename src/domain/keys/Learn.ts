/** A certificate is shown for an address: taken where the rules of replacement allow it, else kept for the person to see. */
import { Clock, Effect } from "effect"
import { KeySources } from "../../ports/KeySources.ts"
import { KeyStore } from "../../ports/KeyStore.ts"
import { OpenPgp } from "../../ports/OpenPgp.ts"
import { type Address, canonical, domain, isSame } from "../account/Address.ts"
import { type AuditEntry, isAudited, partiesOf } from "./Audit.ts"
import { type Binding, decideReplacement, mergeBinding } from "./Binding.ts"
import { isDirectory } from "./BindingSource.ts"
import { withCandidate } from "./Candidate.ts"
import { isEqual } from "./CertificateBytes.ts"
import { levelFor, NOTHING } from "./Evidence.ts"
import { highest, KNOWN_KEY, type ValidationLevel } from "./ValidationLevel.ts"

/** What somebody shows as the certificate of an address, and how far it is believed at least. */
export type Shown = Pick<Binding, "address" | "certificate" | "level" | "source">

/** One that cannot be read is fit for nothing. */
export const inspect = Effect.fnUntraced(function*(certificate: Uint8Array) {
  const pgp = yield* OpenPgp
  return yield* pgp.inspect(certificate).pipe(Effect.orElseSucceed(() => undefined))
})

const certifies = Effect.fnUntraced(function*(by: Uint8Array, certificate: Uint8Array, address: Address) {
  const pgp = yield* OpenPgp
  return yield* pgp.isCertified(certificate, address, by).pipe(Effect.orElseSucceed(() => false))
})

/** Whose own keys the person has confirmed, and who certify this one. */
const endorsements = Effect.fnUntraced(function*(certificate: Uint8Array, address: Address) {
  const { introducers } = yield* KeySources
  const store = yield* KeyStore
  let endorsedByProvider = false
  let endorsedByOthers = false
  for (const introducer of introducers) {
    const bound = yield* store.binding(introducer)
    if (bound === undefined || bound.level < KNOWN_KEY) continue
    if (!(yield* certifies(bound.certificate, certificate, address))) continue
    if (domain(introducer) === domain(address)) endorsedByProvider = true
    else endorsedByOthers = true
  }
  return { endorsedByProvider, endorsedByOthers }
})

const levelOf = Effect.fnUntraced(
  function*(shown: Shown, fingerprint: string, log: ReadonlyArray<AuditEntry>) {
    const evidence = {
      ...NOTHING,
      parties: partiesOf(log, fingerprint),
      audited: isAudited(log, fingerprint),
      ...(yield* endorsements(shown.certificate, shown.address))
    }
    return highest(shown.level, levelFor(evidence))
  }
)

const merge = Effect.fnUntraced(function*(old: Binding, candidate: Binding) {
  const pgp = yield* OpenPgp
  const certificate = yield* pgp.merged(old.certificate, candidate.certificate).pipe(
    // Too long grown, or broken in a part that nobody needs: what is bound stays.
    Effect.orElseSucceed(() => old.certificate)
  )
  const level: ValidationLevel = highest(old.level, candidate.level)
  if (level === old.level && isEqual(certificate, old.certificate)) return old
  return { ...mergeBinding(old, candidate), certificate }
})

const keep = Effect.fnUntraced(function*(candidate: Binding, reason: "bound" | "unusable") {
  const store = yield* KeyStore
  const next = withCandidate(yield* store.candidates(candidate.address), { ...candidate, reason })
  if (next.dropped !== undefined) {
    const { address, fingerprint } = next.dropped
    yield* Effect.logWarning("Too many certificates are shown for one address: one is no longer kept", {
      address,
      fingerprint
    })
    yield* store.dropCandidate(address, fingerprint)
  }
  if (next.candidate === undefined) return
  yield* Effect.logWarning("A certificate was shown that is not taken", { address: candidate.address, reason })
  yield* store.putCandidate(next.candidate)
})

const bind = Effect.fnUntraced(function*(binding: Binding) {
  const store = yield* KeyStore
  yield* store.bind(binding)
  yield* store.dropCandidate(binding.address, binding.fingerprint)
  return binding
})

/** Answers the binding that holds afterwards. */
export const learn = Effect.fn("Learn.learn")(function*(given: Shown) {
  const shown: Shown = { ...given, address: canonical(given.address) }
  const { address, certificate, source } = shown
  const store = yield* KeyStore
  const own = yield* store.own
  // Nobody tells us what our own key is.
  if (own !== undefined && isSame(own.address, address)) return undefined
  const old = yield* store.binding(address)
  const log = yield* store.auditLog(address)
  // Mail shows the same again and again: nothing is computed for it.
  const isKnown = old !== undefined && old.level >= shown.level && isEqual(old.certificate, certificate)
  if (isKnown && !isDirectory(source)) return old
  const facts = yield* inspect(certificate)
  if (facts === undefined) return old
  const { fingerprint } = facts
  const now = yield* Clock.currentTimeMillis
  const level = yield* levelOf(shown, fingerprint, log)
  const candidate: Binding = { address, certificate, level, source, fingerprint, seenAt: now }
  const bound = old === undefined ? undefined : yield* inspect(old.certificate)
  const use = old === undefined ? undefined : yield* store.use(address, old.fingerprint)
  const replacement = decideReplacement(old, candidate, {
    now,
    oldExpiresAt: bound?.expiresAt,
    oldRevoked: bound?.revoked ?? false,
    candidateExpiresAt: facts.expiresAt,
    candidateRevoked: facts.revoked,
    candidateEncrypts: facts.canEncrypt,
    usedToEncrypt: use?.encrypt ?? false,
    usedToVerify: use?.verify ?? false,
    // A stolen key hands nothing over; one that was only replaced did so while it was good.
    certifiedByOld: old !== undefined && bound?.compromised === false &&
      (yield* certifies(old.certificate, certificate, address))
  })
  if (replacement._tag === "Refuse") {
    yield* keep(candidate, replacement.reason)
    return old
  }
  if (replacement._tag === "Bind" || old === undefined) return yield* bind(candidate)
  const merged = yield* merge(old, candidate)
  return merged === old ? old : yield* bind(merged)
})
