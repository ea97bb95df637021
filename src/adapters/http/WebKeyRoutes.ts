/**
 * Certificates as programs of others ask for them: Web Key Directory (draft-koch-openpgp-webkey-service §3.1, §4.5), by
 * either method, and `/?address=` with a JSON answer, as LEAP's nickserver had it.
 */
import { Effect, Layer, Option } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { parse } from "../../domain/account/Address.ts"
import { wkdHash } from "../../domain/keys/WebKeyDirectory.ts"
import { OpenPgp } from "../../ports/OpenPgp.ts"
import { ProviderDirectory } from "../../ports/ProviderDirectory.ts"
import { mayAsk } from "./Askers.ts"
import { refuse } from "./Refusal.ts"

/** Web pages may ask, too. */
const OPEN = { "access-control-allow-origin": "*" }

const slowly = <E, R>(answer: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>) =>
  Effect.flatMap(
    mayAsk,
    (may) =>
      may ? answer : Effect.succeed(refuse(429, "TooMany", "You ask for too much at once. Try again in a minute."))
  )

const unavailable = refuse(503, "Unavailable", "This cannot be done now. Try again in a minute.")
const notFound = (what: string) => refuse(404, "NotFound", `There is no ${what}.`)
const noCertificate = notFound("certificate of this address")

const orUnavailable = Effect.catch((error: unknown) =>
  Effect.as(Effect.logError("A certificate could not be looked up", error), unavailable)
)

const first = (value: string | ReadonlyArray<string> | undefined): string | undefined =>
  typeof value === "string" ? value : value?.[0]

const HASH = /^[ybndrfg8ejkmcpqxot1uwisza345h769]{32}$/

/** `l` is the local part that the hash was made of: with it, aliases are found as well. */
const byHash = Effect.fnUntraced(function*(name: string, hash: string, local: string | undefined) {
  if (!HASH.test(hash)) return noCertificate
  const { certificate, certificateByHash } = yield* ProviderDirectory
  const address = local === undefined ? Option.none() : parse(`${local}@${name}`)
  const isMeant = Option.isSome(address) && (yield* wkdHash(local ?? "")) === hash
  const found = isMeant ? yield* certificate(address.value) : yield* certificateByHash(name, hash)
  return found === undefined
    ? noCertificate
    : HttpServerResponse.uint8Array(found.certificate, { contentType: "application/octet-stream", headers: OPEN })
})

/** Without the port. */
const hostOf = ({ headers }: HttpServerRequest.HttpServerRequest): string =>
  (headers["host"] ?? "").toLowerCase().replace(/:\d+$/, "")

const Fingerprint = /^([0-9a-f]{40}|[0-9a-f]{64})$/i

const byQuery = Effect.fnUntraced(function*() {
  const { certificate, certificateByFingerprint } = yield* ProviderDirectory
  const pgp = yield* OpenPgp
  const query = yield* HttpServerRequest.ParsedSearchParams
  const [text, fingerprint] = [first(query["address"]), first(query["fingerprint"])]
  const address = text === undefined ? Option.none() : parse(text)
  const ask = Option.isSome(address)
    ? certificate(address.value)
    : fingerprint !== undefined && Fingerprint.test(fingerprint)
    ? certificateByFingerprint(fingerprint.toUpperCase())
    : undefined
  if (ask === undefined) return refuse(400, "Malformed", "Ask for ?address=name@example.org or ?fingerprint=HEX.")
  const found = yield* ask
  if (found === undefined) return noCertificate
  return HttpServerResponse.jsonUnsafe({
    address: found.address,
    fingerprint: found.fingerprint,
    openpgp: yield* pgp.armor("public key", found.certificate)
  }, { headers: OPEN })
})

/** `domains`: for which it answers, under whatever name it is reached. */
export const layer = (domains: ReadonlyArray<string>) => {
  /** All that the draft knows to say in it is optional. */
  const policy = (name: string) =>
    domains.includes(name) ? HttpServerResponse.text("", { headers: OPEN }) : notFound("such domain")
  const look = Effect.fnUntraced(function*(name: string, hash: string) {
    const query = yield* HttpServerRequest.ParsedSearchParams
    return domains.includes(name) ? yield* byHash(name, hash, first(query["l"])) : notFound("such domain")
  })
  const advanced = Effect.flatMap(HttpRouter.params, ({ domain = "", hash = "" }) => look(domain.toLowerCase(), hash))
  const direct = Effect.gen(function*() {
    const { hash = "" } = yield* HttpRouter.params
    return yield* look(hostOf(yield* HttpServerRequest.HttpServerRequest), hash)
  })
  return Layer.mergeAll(
    HttpRouter.add("GET", "/.well-known/openpgpkey/:domain/hu/:hash", slowly(orUnavailable(advanced))),
    HttpRouter.add("GET", "/.well-known/openpgpkey/hu/:hash", slowly(orUnavailable(direct))),
    HttpRouter.add(
      "GET",
      "/.well-known/openpgpkey/:domain/policy",
      Effect.map(HttpRouter.params, ({ domain = "" }) => policy(domain.toLowerCase()))
    ),
    HttpRouter.add(
      "GET",
      "/.well-known/openpgpkey/policy",
      (request) => Effect.succeed(policy(hostOf(request)))
    ),
    HttpRouter.add("GET", "/", slowly(orUnavailable(byQuery())))
  )
}
