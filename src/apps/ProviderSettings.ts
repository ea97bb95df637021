/** What the environment decides of a provider (docs/provider.md, "Settings"). */
import { Config, Effect, Option, Redacted } from "effect"
import * as path from "node:path"
import type { Rate } from "../ports/RateLimits.ts"
import type { Tls } from "../ports/Tls.ts"
import { type Dkim, loadDkim, loadRoute, type Route } from "./ProviderRelay.ts"
import type { SendingRates } from "./ProviderSubmission.ts"
import * as Settings from "./Settings.ts"
import { load as loadTls } from "./Tls.ts"

/** Where all that a provider keeps is kept. */
export type StoreAddress =
  | { readonly _tag: "Sqlite"; readonly filename: string }
  | { readonly _tag: "Postgres"; readonly url: Redacted.Redacted<string> }

export interface ProviderSettings {
  readonly settings: Settings.Settings
  /** Whose mail is kept here, in lower case; the first is the provider's own. */
  readonly domains: ReadonlyArray<string>
  /** What it calls itself to other servers. */
  readonly name: string
  readonly store: StoreAddress
  readonly registration: "open" | "invite"
  readonly tls: Tls | undefined
  /** Where LMTP and the doors of `innerPorts` listen: for a mail server in front, which is believed what it says of a message's origin. */
  readonly innerHost: string
  /** For Postfix (docs/postfix.md), and for whoever runs the provider. */
  readonly innerPorts: { readonly aliases: number; readonly recipients: number; readonly inner: number }
  /** With TLS from the first octet on, where there is a certificate. */
  readonly submissions: number
  /** To the HTTP door, at once: each device that is awake keeps one open. */
  readonly maxConnections: number
  readonly route: Route
  readonly dkim: Dkim | undefined
  readonly rates: SendingRates
  /** Recipients that one address of the world may name. */
  readonly arrivals: Rate
  /** Ask the DNS about whoever sends (SPF, DKIM, DMARC, ARC). */
  readonly checkSenders: boolean
}

const LOOPBACK = "127.0.0.1"

const USUAL_CONNECTIONS = 10_000

/** An hour. */
const USUAL_RATES: SendingRates = {
  messages: { limit: 300, window: "1 hour" },
  recipients: { limit: 1000, window: "1 hour" }
}

const USUAL_ARRIVALS: Rate = { limit: 10_000, window: "1 hour" }

const environment = Config.all({
  domains: Config.String("LEAP_MAIL_DOMAINS").pipe(Config.withDefault("")),
  name: Config.option(Config.NonEmptyString("LEAP_MAIL_NAME")),
  store: Config.option(Config.Redacted("LEAP_MAIL_STORE")),
  registration: Config.String("LEAP_MAIL_REGISTRATION").pipe(Config.withDefault("invite")),
  innerHost: Config.NonEmptyString("LEAP_MAIL_LMTP_HOST").pipe(Config.withDefault(LOOPBACK)),
  submissions: Settings.port("LEAP_MAIL_SUBMISSIONS_PORT", 2588),
  maxConnections: Config.Int("LEAP_MAIL_MAX_CONNECTIONS").pipe(Config.withDefault(USUAL_CONNECTIONS)),
  maxMessages: Config.Int("LEAP_MAIL_MAX_MESSAGES").pipe(Config.withDefault(USUAL_RATES.messages.limit)),
  maxRecipients: Config.Int("LEAP_MAIL_MAX_RECIPIENTS").pipe(Config.withDefault(USUAL_RATES.recipients.limit)),
  maxArrivals: Config.Int("LEAP_MAIL_MAX_ARRIVALS").pipe(Config.withDefault(USUAL_ARRIVALS.limit)),
  aliases: Settings.port("LEAP_MAIL_ALIAS_TABLE_PORT", 4242),
  recipients: Settings.port("LEAP_MAIL_RECIPIENT_TABLE_PORT", 2244),
  inner: Settings.port("LEAP_MAIL_INNER_PORT", 9464),
  checkSenders: Config.Boolean("LEAP_MAIL_CHECK_SENDERS").pipe(Config.withDefault(true))
})

/** `postgres://user:password@host:port/database`, or the path of an SQLite file. */
export const parseStore = (text: string): StoreAddress =>
  /^postgres(ql)?:\/\//.test(text)
    ? { _tag: "Postgres", url: Redacted.make(text) }
    : { _tag: "Sqlite", filename: path.resolve(text.replace(/^sqlite:/, "")) }

/** Without a password. */
export const nameStore = (store: StoreAddress): string => {
  if (store._tag === "Sqlite") return store.filename
  const url = URL.parse(Redacted.value(store.url))
  return url === null ? "PostgreSQL" : `postgres://${url.host}${url.pathname}`
}

const refuse = (reason: string) => new Settings.SettingsError({ reason })

const DOMAIN = /^[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)*$/u

const parseDomains = Effect.fnUntraced(function*(text: string) {
  const domains = text.split(",").map((domain) => domain.trim().toLowerCase()).filter((domain) => domain !== "")
  const wrong = domains.find((domain) => !DOMAIN.test(domain))
  if (wrong !== undefined) return yield* refuse(`LEAP_MAIL_DOMAINS has ${wrong}, and a domain looks like example.org.`)
  return domains
})

/** What a command line says goes before what the environment says. */
export interface Given {
  readonly store: Option.Option<string>
  readonly domains: ReadonlyArray<string>
}

/** Where the store is, for commands that need no more. */
export const loadStore = Effect.fn("ProviderSettings.loadStore")(function*(given: Option.Option<string>) {
  const { home } = yield* Settings.load()
  const { store } = yield* Effect.mapError(environment, (error) => refuse(error.message))
  const text = Option.orElse(given, () => Option.map(store, Redacted.value))
  return parseStore(Option.getOrElse(text, () => path.join(home, "provider", "store.db")))
})

export const load = Effect.fn("ProviderSettings.load")(function*({ domains, store }: Given) {
  const env = yield* Effect.mapError(environment, (error) => refuse(error.message))
  const { registration } = env
  const served = yield* parseDomains(domains.length > 0 ? domains.join(",") : env.domains)
  const [first] = served
  if (first === undefined) {
    return yield* refuse("Whose mail is kept here? Say --domain example.org, or set LEAP_MAIL_DOMAINS.")
  }
  if (registration !== "open" && registration !== "invite") {
    return yield* refuse(`LEAP_MAIL_REGISTRATION is ${registration}, but it is open or invite.`)
  }
  const settings = yield* Settings.load()
  const all: ProviderSettings = {
    settings,
    domains: served,
    name: Option.getOrElse(env.name, () => first),
    store: yield* loadStore(store),
    registration,
    tls: yield* loadTls(),
    innerHost: env.innerHost,
    innerPorts: {
      aliases: yield* Settings.checked(env.aliases),
      recipients: yield* Settings.checked(env.recipients),
      inner: yield* Settings.checked(env.inner)
    },
    submissions: yield* Settings.checked(env.submissions),
    maxConnections: env.maxConnections,
    route: yield* loadRoute(settings.smarthost),
    dkim: yield* loadDkim(),
    rates: {
      messages: { ...USUAL_RATES.messages, limit: env.maxMessages },
      recipients: { ...USUAL_RATES.recipients, limit: env.maxRecipients }
    },
    arrivals: { ...USUAL_ARRIVALS, limit: env.maxArrivals },
    checkSenders: env.checkSenders
  }
  return all
})

/** A provider that is part of something else: nothing comes from outside, nobody asks its tables on a known port. */
export const within = (settings: Settings.Settings, domain: string, filename: string): ProviderSettings => ({
  settings,
  domains: [domain],
  name: domain,
  store: { _tag: "Sqlite", filename },
  registration: "open",
  tls: undefined,
  innerHost: LOOPBACK,
  innerPorts: { aliases: 0, recipients: 0, inner: 0 },
  submissions: 0,
  maxConnections: USUAL_CONNECTIONS,
  route: Option.match(settings.smarthost, {
    onNone: (): Route => ({ _tag: "None" }),
    onSome: (next): Route => ({ _tag: "Smarthost", ...next, auth: undefined })
  }),
  dkim: undefined,
  rates: USUAL_RATES,
  arrivals: USUAL_ARRIVALS,
  checkSenders: false
})
