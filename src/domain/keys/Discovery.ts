/** Which certificate a correspondent uses: what is bound here, else what the directory of their domain shows. */
import { Clock, Effect } from "effect"
import { KeyDirectory } from "../../ports/KeyDirectory.ts"
import { KeyStore, type OwnKeys } from "../../ports/KeyStore.ts"
import { OpenPgp } from "../../ports/OpenPgp.ts"
import { type Address, canonical, domain, isSame } from "../account/Address.ts"
import { type Binding, decideReplacement, isFit, mergeBinding } from "./Binding.ts"
import { isEqual } from "./CertificateBytes.ts"
import { PROVIDER_TRUST } from "./ValidationLevel.ts"

/** Sending never waits longer for a directory. */
const PATIENCE = "5 seconds"

/** One that cannot be read is fit for nothing. */
const inspect = Effect.fnUntraced(function*(certificate: Uint8Array) {
  const pgp = yield* OpenPgp
  return yield* pgp.inspect(certificate).pipe(Effect.orElseSucceed(() => undefined))
})

/** The provider is asked for addresses of its own domain only: it need not learn who else is written to. */
const lookUp = Effect.fnUntraced(function*(own: OwnKeys, address: Address) {
  if (domain(address) !== domain(own.address)) return undefined
  const directory = yield* KeyDirectory
  return yield* directory.lookup(address).pipe(
    Effect.timeout(PATIENCE),
    Effect.tapError((error) => Effect.logWarning("The key directory did not answer", error)),
    Effect.orElseSucceed(() => undefined)
  )
})

/** What somebody shows as the certificate of an address, and how far it is believed. */
export type Shown = Pick<Binding, "address" | "certificate" | "level" | "source">

/** Takes it where the rules of replacement allow it; answers the binding that holds afterwards. */
export const learn = Effect.fn("Discovery.learn")(function*({ address, certificate, level, source }: Shown) {
  const store = yield* KeyStore
  const now = yield* Clock.currentTimeMillis
  const old = yield* store.binding(address)
  if (old !== undefined && old.level >= level && isEqual(old.certificate, certificate)) return old
  const facts = yield* inspect(certificate)
  if (facts === undefined) return old
  const candidate: Binding = { address, certificate, level, source, fingerprint: facts.fingerprint, seenAt: now }
  const bound = old === undefined ? undefined : yield* inspect(old.certificate)
  const replacement = decideReplacement(old, candidate, {
    now,
    oldExpiresAt: bound?.expiresAt,
    oldRevoked: bound?.revoked ?? false,
    candidateExpiresAt: facts.expiresAt,
    candidateRevoked: facts.revoked,
    candidateEncrypts: facts.canEncrypt,
    // Use is not recorded yet: a bound certificate counts as used, the careful answer.
    usedToEncrypt: true,
    usedToVerify: true,
    certifiedByOld: false
  })
  if (replacement._tag === "Refuse") {
    yield* Effect.logWarning("A certificate was shown that is not taken", { address, reason: replacement.reason })
    return old
  }
  const next = replacement._tag === "Merge" && old !== undefined ? mergeBinding(old, candidate) : candidate
  yield* store.bind(next)
  return next
})

/** What is bound, or else what the directory shows. It may be expired or revoked: signatures were made before. */
export const bindingFor = Effect.fn("Discovery.bindingFor")(function*(own: OwnKeys, of: Address) {
  const address = canonical(of)
  const store = yield* KeyStore
  const bound = yield* store.binding(address)
  if (bound !== undefined) return bound
  const certificate = yield* lookUp(own, address)
  if (certificate === undefined) return undefined
  return yield* learn({ address, certificate, level: PROVIDER_TRUST, source: "provider" })
})

/** Fit to encrypt to, or undefined. A bound one that has become unfit is looked up again. */
export const certificateFor = Effect.fn("Discovery.certificateFor")(function*(own: OwnKeys, of: Address) {
  if (isSame(of, own.address)) return own.certificate
  const fit = Effect.fnUntraced(function*(binding: Binding | undefined) {
    const facts = binding === undefined ? undefined : yield* inspect(binding.certificate)
    return facts !== undefined && isFit(facts, yield* Clock.currentTimeMillis) ? binding?.certificate : undefined
  })
  const known = yield* fit(yield* bindingFor(own, of))
  if (known !== undefined) return known
  const address = canonical(of)
  const certificate = yield* lookUp(own, address)
  if (certificate === undefined) return undefined
  return yield* fit(yield* learn({ address, certificate, level: PROVIDER_TRUST, source: "provider" }))
})
