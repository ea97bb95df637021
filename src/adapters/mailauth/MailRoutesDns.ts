/** MailRoutes by the DNS (RFC 5321 §5.1, RFC 7505), with MTA-STS (RFC 8461) by mailauth. */
import { type Duration, Effect, Layer, Random } from "effect"
import type { DNSResolver, MTASTSPolicy } from "mailauth"
import { getPolicy, validateMx } from "mailauth/lib/mta-sts.js"
import { type MxRecord, promises as dns } from "node:dns"
import { type MailRoute, MailRoutes, NoRoute } from "../../ports/MailRoutes.ts"

export interface Options {
  /** As `dns.promises.resolve`; the system's unless given. */
  readonly resolver?: DNSResolver
  /** Of every mail server; 25 unless a test says otherwise. */
  readonly port?: number
  /** What a domain demands of the way to it. `known` may still hold. */
  readonly policy?: (domain: string, known: MTASTSPolicy | undefined) => Promise<MTASTSPolicy | undefined>
  readonly patience?: Duration.Input
}

const SMTP = 25
const PATIENCE = "20 seconds"
/** Of domains; the one asked for longest ago is forgotten. */
const MAX_POLICIES = 10_000
/** A message has as many chances; more servers than this are somebody's joke. */
const MAX_HOSTS = 10
const POLICY_PATIENCE = 10_000

const codeOf = (cause: unknown): string =>
  typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : ""

const NOTHING: ReadonlyArray<string> = ["ENODATA", "ENOTFOUND"]

const isMx = (record: unknown): record is MxRecord =>
  typeof record === "object" && record !== null && "exchange" in record && "priority" in record

const later = (domain: string, cause: unknown) =>
  new NoRoute({ transient: true, reason: `The name servers of ${domain} do not answer: ${codeOf(cause)}` })

export const layer = ({
  patience = PATIENCE,
  policy,
  port = SMTP,
  resolver = (name, type) => dns.resolve(name, type) as ReturnType<DNSResolver>
}: Options = {}): Layer.Layer<MailRoutes> => {
  const policies = new Map<string, MTASTSPolicy>()
  const fetchPolicy = policy ??
    ((domain, known) =>
      getPolicy(domain, known ?? null, { resolver, strict: true, timeout: POLICY_PATIENCE }).then(({ policy }) =>
        policy
      ))

  /** `undefined`: it has none of that kind, or is not there at all. */
  const ask = (domain: string, type: string) =>
    Effect.tryPromise({
      try: () =>
        resolver(domain, type).catch((cause: unknown) =>
          NOTHING.includes(codeOf(cause)) ? undefined : Promise.reject(cause)
        ),
      catch: (cause) => later(domain, cause)
    })

  const hosts = Effect.fnUntraced(function*(domain: string) {
    const found: ReadonlyArray<unknown> = (yield* ask(domain, "MX")) ?? []
    const records = found.filter(isMx)
    if (records.length === 0) {
      // RFC 5321 §5.1: a domain without MX is its own.
      const itself = (yield* ask(domain, "A")) ?? (yield* ask(domain, "AAAA"))
      if (itself !== undefined) return [domain]
      return yield* new NoRoute({ transient: false, reason: `There is no domain ${domain} that takes mail` })
    }
    const named = records.filter(({ exchange }) => exchange !== "" && exchange !== ".")
    if (named.length === 0) return yield* new NoRoute({ transient: false, reason: `${domain} takes no mail` })
    // Those that are equal share the load.
    const shuffled = yield* Random.shuffle(named)
    return Array.from(shuffled).toSorted((a, b) => a.priority - b.priority)
      .map(({ exchange }) => exchange.toLowerCase().replace(/\.$/, ""))
  })

  const policyOf = Effect.fnUntraced(function*(domain: string) {
    const known = policies.get(domain)
    const found = yield* Effect.tryPromise(() => fetchPolicy(domain, known)).pipe(
      // RFC 8461 §5.1: who cannot be asked demands nothing, but what it demanded before.
      Effect.catch((error) =>
        Effect.as(Effect.logInfo("A domain's MTA-STS policy cannot be read", { domain, error: error.message }), known)
      )
    )
    policies.delete(domain)
    if (found !== undefined && found.mode !== "none") policies.set(domain, found)
    const oldest = policies.size > MAX_POLICIES ? policies.keys().next().value : undefined
    if (oldest !== undefined) policies.delete(oldest)
    return found
  })

  return Layer.succeed(MailRoutes, {
    routes: Effect.fn("MailRoutesDns.routes")(function*(domain) {
      const names = yield* hosts(domain)
      const found = yield* policyOf(domain)
      const isEnforced = found?.mode === "enforce"
      const allowed = isEnforced ? names.filter((host) => validateMx(host, found).valid) : names
      if (allowed.length === 0) {
        return yield* new NoRoute({
          transient: true,
          reason: `The MTA-STS policy of ${domain} allows none of its mail servers`
        })
      }
      return allowed.slice(0, MAX_HOSTS).map((host): MailRoute => ({ host, port, isVerified: isEnforced }))
    }, (effect, domain) =>
      Effect.timeoutOrElse(effect, {
        duration: patience,
        orElse: () => Effect.fail(later(domain, { code: "no answer in time" }))
      }))
  })
}
