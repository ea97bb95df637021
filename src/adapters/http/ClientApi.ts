/** The client's HTTP API for programs on this machine, version 1. */
import { Context, Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, HttpApiMiddleware, HttpApiSecurity } from "effect/http-api"
import { Address } from "../../domain/account/Address.ts"
import { MailboxId, SpecialUse } from "../../domain/mailbox/Mailbox.ts"
import { SendPolicy } from "../../domain/outgoing/SendPolicy.ts"
import type { MailStore } from "../../ports/MailStore.ts"
import { NotFound, Unauthorized, Unavailable } from "./ApiErrors.ts"

export class CurrentMail extends Context.Service<CurrentMail, MailStore["Service"]>()(
  "leap-mail/adapters/http/ClientApi/CurrentMail"
) {}

/** The address and an app password, as in a mail program. */
export class AppPassword extends HttpApiMiddleware.Service<AppPassword, { provides: CurrentMail }>()(
  "leap-mail/adapters/http/ClientApi/AppPassword",
  { security: { basic: HttpApiSecurity.basic }, error: [Unauthorized, Unavailable] }
) {}

const Mailbox = Schema.Struct({
  id: MailboxId,
  name: Schema.String,
  specialUse: Schema.NullOr(SpecialUse),
  messages: Schema.Int,
  unseen: Schema.Int
})

const service = HttpApiGroup.make("service", { topLevel: true }).add(
  HttpApiEndpoint.get("health", "/v1/health", { success: Schema.Struct({ status: Schema.Literal("ok") }) })
)

const mail = HttpApiGroup.make("mail").add(
  HttpApiEndpoint.get("mailboxes", "/mailboxes", { success: Schema.Array(Mailbox), error: Unavailable })
).middleware(AppPassword).prefix("/v1")

/** Of one call; a message may go to a thousand. */
const MAX_RECIPIENTS = 1000

const Prospect = Schema.Struct({
  address: Schema.String,
  outcome: Schema.Literals(["encrypted", "signed", "refused"]),
  key: Schema.NullOr(Schema.Struct({ fingerprint: Schema.String, level: Schema.String, source: Schema.String })),
  /** A sentence; null where it is encrypted. */
  reason: Schema.NullOr(Schema.String),
  waiting: Schema.Int,
  recommendation: Schema.Literals(["disable", "discourage", "available", "encrypt"])
})

const outgoing = HttpApiGroup.make("outgoing").add(
  HttpApiEndpoint.post("preflight", "/preflight", {
    payload: Schema.Struct({
      to: Schema.Array(Schema.String.check(Schema.isMaxLength(320))).check(Schema.isMaxLength(MAX_RECIPIENTS)),
      policy: Schema.optionalKey(SendPolicy)
    }),
    success: Schema.Struct({ refused: Schema.Boolean, recipients: Schema.Array(Prospect) }),
    error: Unavailable
  })
).middleware(AppPassword).prefix("/v1")

const Key = Schema.Struct({
  address: Schema.String,
  fingerprint: Schema.String,
  /** By name (docs/keys.md). */
  level: Schema.String,
  source: Schema.String,
  algorithm: Schema.String,
  /** Days, as 2026-11-25. */
  createdAt: Schema.String,
  expiresAt: Schema.NullOr(Schema.String),
  userIds: Schema.Array(Schema.String),
  /** `good`, `revoked`, or why it does not encrypt. */
  state: Schema.String
})

const Candidate = Schema.Struct({
  ...Key.fields,
  decision: Schema.String,
  /** Why it is not taken. */
  reason: Schema.String
})

/** All that is known of an address. */
const Page = Schema.Struct({
  address: Schema.String,
  key: Schema.NullOr(Key),
  others: Schema.Array(Candidate),
  wish: Schema.NullOr(SendPolicy)
})

const params = { address: Address }
/** As people write it; the longest is of 64 digits. */
const fingerprint = Schema.Struct({ fingerprint: Schema.String.check(Schema.isMaxLength(200)) })

const keys = HttpApiGroup.make("keys").add(
  HttpApiEndpoint.get("list", "/keys", {
    success: Schema.Struct({ own: Key, others: Schema.Array(Key), waiting: Schema.Int }),
    error: Unavailable
  }),
  HttpApiEndpoint.get("pending", "/keys/pending", { success: Schema.Array(Candidate), error: Unavailable }),
  HttpApiEndpoint.get("show", "/keys/:address", { params, success: Page, error: Unavailable }),
  HttpApiEndpoint.post("accept", "/keys/:address/accept", { params, success: Page, error: [NotFound, Unavailable] }),
  HttpApiEndpoint.post("compare", "/keys/:address/compare", {
    params,
    payload: fingerprint,
    success: Page,
    error: [NotFound, Unavailable]
  }),
  HttpApiEndpoint.post("reject", "/keys/:address/reject", {
    params,
    payload: fingerprint,
    success: Page,
    error: [NotFound, Unavailable]
  })
).middleware(AppPassword).prefix("/v1")

export class ClientApi extends HttpApi.make("leap-mail-client").add(service).add(mail).add(outgoing).add(keys) {}
