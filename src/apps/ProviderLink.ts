/** The ways to a provider: before a session, and in one. */
import { Layer, type Redacted } from "effect"
import type { HttpClient } from "effect/http"
import * as Bootstrap from "../adapters/http/Bootstrap.ts"
import * as ProviderClient from "../adapters/http/ProviderClient.ts"
import * as AccountSecretsOpaque from "../adapters/opaque/AccountSecretsOpaque.ts"
import * as EnrolmentOpaque from "../adapters/opaque/EnrolmentOpaque.ts"

export interface ProviderAddress {
  /** Base URL of the API. */
  readonly api: string
  readonly pin: string | null
}

const http = (pin: string | null): Layer.Layer<HttpClient.HttpClient> => Bootstrap.layerHttpClient(pin ?? undefined)

export const layerEnrolment = ({ api, pin }: ProviderAddress) =>
  EnrolmentOpaque.layer.pipe(Layer.provide(ProviderClient.layerExchange(api)), Layer.provide(http(pin)))

export const layerSession = ({ api, pin }: ProviderAddress, token: Redacted.Redacted<string>) =>
  AccountSecretsOpaque.layer.pipe(
    Layer.provideMerge(ProviderClient.layerAccount(api, token)),
    Layer.provide(http(pin)),
    Layer.fresh
  )

/** What `provider.json` says. */
export const layerHttp = http
