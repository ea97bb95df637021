/** From a provider's URL to its doors: `provider.json`, over TLS with a checked certificate, and a pinned key if wanted. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { ByteSize, Effect, type Layer, Schema } from "effect"
import { HttpClient, type HttpClientError, HttpClientResponse, HttpIncomingMessage } from "effect/http"
import { createHash, X509Certificate } from "node:crypto"
import { checkServerIdentity, type PeerCertificate } from "node:tls"
import { isPin, NO_PIN, otherKey } from "../../domain/account/Pin.ts"
import { FILE, ProviderFacts } from "../../domain/account/ProviderFacts.ts"

const MAX_BYTES = 64 * 1024
const PATIENCE = "20 seconds"
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

export class BootstrapError extends Schema.TaggedError<BootstrapError>()("BootstrapError", {
  url: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `The provider ${this.url} cannot be used: ${this.reason}`
  }
}

/** Where a provider's doors are. */
export interface ProviderDoors {
  /** Base URL of the API. */
  readonly api: string
  readonly domains: ReadonlyArray<string>
  readonly submission: { readonly host: string; readonly port: number }
}

const digestOf = ({ raw }: PeerCertificate): string =>
  createHash("sha256").update(new X509Certificate(raw).publicKey.export({ type: "spki", format: "der" }))
    .digest("base64")

const checkPin = (pin: string) => (hostname: string, certificate: PeerCertificate): Error | undefined => {
  const error = checkServerIdentity(hostname, certificate)
  if (error !== undefined) return error
  const fault = otherKey(digestOf(certificate), pin)
  return fault === undefined ? undefined : new Error(fault)
}

/** Connections are kept: a device makes many calls. `pin`: the key that the certificate must have, and be valid beside. */
export const layerHttpClient = (pin?: string): Layer.Layer<HttpClient.HttpClient> =>
  NodeHttpClient.layerNodeHttpOptions({
    keepAlive: true,
    ...pin === undefined ? {} : { checkServerIdentity: checkPin(pin) }
  })

const readUrl = (text: string): URL | string => {
  if (!URL.canParse(text)) return "it is no URL, as in https://mail.example.org"
  const url = new URL(text)
  if (url.protocol !== "https:" && url.protocol !== "http:") return "its URL begins neither with https:// nor http://"
  if (url.protocol === "http:" && !LOOPBACK.test(url.hostname)) {
    return "what goes to another machine goes over https://"
  }
  return url
}

const reasonOf = (error: HttpClientError.HttpClientError): string => {
  const { reason } = error
  if ("response" in reason) return `it answers ${reason.response.status} where ${FILE} should be`
  const cause = "cause" in reason ? reason.cause : undefined
  return cause instanceof Error ? cause.message : reason._tag
}

const withoutSlash = (url: string): string => url.replace(/\/+$/, "")

/** `url` as the person gave it. */
export const bootstrap = Effect.fn("Bootstrap.bootstrap")(function*(url: string, pin?: string) {
  const refuse = (reason: string) => new BootstrapError({ url, reason })
  if (pin !== undefined && !isPin(pin)) return yield* refuse(NO_PIN)
  const parsed = readUrl(url)
  if (typeof parsed === "string") return yield* refuse(parsed)
  const base = withoutSlash(parsed.href)
  const facts = yield* HttpClient.get(`${base}/${FILE}`).pipe(
    Effect.flatMap(HttpClientResponse.filterStatusOk),
    Effect.flatMap(HttpClientResponse.schemaBodyJson(ProviderFacts)),
    Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(MAX_BYTES)),
    Effect.timeoutOrElse({ duration: PATIENCE, orElse: () => Effect.fail(refuse("it does not answer")) }),
    Effect.catchTags({
      HttpClientError: (error) => Effect.fail(refuse(reasonOf(error))),
      SchemaError: () => Effect.fail(refuse(`its ${FILE} is none that this leap-mail knows: update leap-mail`))
    })
  )
  const api = readUrl(facts.api ?? base)
  if (typeof api === "string") return yield* refuse(`of the API that it names, ${api}`)
  const doors: ProviderDoors = {
    api: withoutSlash(api.href),
    domains: facts.domains,
    submission: { host: facts.submission.host ?? api.hostname.replace(/^\[(.*)\]$/, "$1"), port: facts.submission.port }
  }
  return doors
})
