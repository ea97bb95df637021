/** What a provider says of itself in `provider.json`: where its doors are. */
import { Schema } from "effect"

export const FILE = "provider.json"

const MAX_DOMAINS = 1000

const Host = Schema.String.check(Schema.isPattern(/^[A-Za-z0-9._:-]{1,255}$/))
const Port = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 65_535 }))

export const ProviderFacts = Schema.Struct({
  version: Schema.Literal(1),
  /** Whose addresses it has, in lower case. */
  domains: Schema.Array(Schema.String.check(Schema.isMaxLength(255))).check(Schema.isMaxLength(MAX_DOMAINS)),
  /** Base URL of the API; absent: where this file was found. */
  api: Schema.optionalKey(Schema.String.check(Schema.isMaxLength(2048))),
  /** Mail that leaves (RFC 6409); without a host: that of the API. Over TLS, but on this machine. */
  submission: Schema.Struct({ host: Schema.optionalKey(Host), port: Port })
})
export type ProviderFacts = typeof ProviderFacts.Type
