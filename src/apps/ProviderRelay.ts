/** How mail leaves a provider: by which way, and signed with which key (docs/provider.md, "Mail that leaves"). */
import { Config, Effect, FileSystem, Layer, Option, Redacted } from "effect"
import { createPrivateKey } from "node:crypto"
import * as MailRoutesDns from "../adapters/mailauth/MailRoutesDns.ts"
import * as MailSignerDkim from "../adapters/mailauth/MailSignerDkim.ts"
import * as MailSignerNone from "../adapters/memory/MailSignerNone.ts"
import * as NodemailerRouted from "../adapters/nodemailer/NodemailerRouted.ts"
import * as NodemailerTransport from "../adapters/nodemailer/NodemailerTransport.ts"
import { isPin, NO_PIN } from "../domain/account/Pin.ts"
import * as Relay from "../domain/outgoing/Relay.ts"
import type { MailSigner } from "../ports/MailSigner.ts"
import { type Endpoint, SettingsError, unreadable } from "./Settings.ts"

export type Route =
  | { readonly _tag: "None" }
  | {
    readonly _tag: "Smarthost"
    readonly host: string
    readonly port: number
    readonly auth: { readonly user: string; readonly password: Redacted.Redacted<string> } | undefined
    readonly pin?: string | undefined
  }
  | { readonly _tag: "Mx" }

export interface Dkim {
  readonly selector: string
  readonly privateKey: Redacted.Redacted<string>
}

const environment = Config.all({
  relay: Config.option(Config.NonEmptyString("LEAP_MAIL_RELAY")),
  user: Config.option(Config.NonEmptyString("LEAP_MAIL_SMARTHOST_USER")),
  password: Config.option(Config.Redacted("LEAP_MAIL_SMARTHOST_PASSWORD")),
  pin: Config.option(Config.NonEmptyString("LEAP_MAIL_SMARTHOST_PIN")),
  key: Config.option(Config.NonEmptyString("LEAP_MAIL_DKIM_KEY")),
  selector: Config.String("LEAP_MAIL_DKIM_SELECTOR").pipe(Config.withDefault("leap"))
})

const refuse = (reason: string) => new SettingsError({ reason })

export const loadRoute = Effect.fn("ProviderRelay.loadRoute")(function*(smarthost: Option.Option<Endpoint>) {
  const { password, pin, relay, user } = yield* Effect.mapError(environment, unreadable)
  if (Option.isSome(relay) && relay.value !== "mx") {
    return yield* refuse(`LEAP_MAIL_RELAY is ${relay.value}, but it is mx or not set.`)
  }
  if (Option.isSome(relay) && Option.isSome(smarthost)) {
    return yield* refuse("LEAP_MAIL_RELAY and LEAP_MAIL_SMARTHOST are two ways out: set one of them.")
  }
  if (Option.isSome(user) !== Option.isSome(password)) {
    return yield* refuse("LEAP_MAIL_SMARTHOST_USER and LEAP_MAIL_SMARTHOST_PASSWORD are set together, or neither.")
  }
  if (Option.exists(pin, (text) => !isPin(text))) return yield* refuse(`LEAP_MAIL_SMARTHOST_PIN: ${NO_PIN}.`)
  const auth = Option.getOrUndefined(Option.all({ user, password }))
  const none: Route = Option.isSome(relay) ? { _tag: "Mx" } : { _tag: "None" }
  return Option.match(smarthost, {
    onNone: () => none,
    onSome: (next): Route => ({ _tag: "Smarthost", ...next, auth, pin: Option.getOrUndefined(pin) })
  })
})

const SELECTOR = /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/i

export const loadDkim = Effect.fn("ProviderRelay.loadDkim")(function*() {
  const { key, selector } = yield* Effect.mapError(environment, unreadable)
  if (Option.isNone(key)) return undefined
  if (!SELECTOR.test(selector)) return yield* refuse(`LEAP_MAIL_DKIM_SELECTOR is ${selector}, and no part of a name.`)
  const fs = yield* FileSystem.FileSystem
  const pem = yield* Effect.mapError(
    fs.readFileString(key.value),
    ({ message }) => refuse(`LEAP_MAIL_DKIM_KEY names ${key.value}, which cannot be read: ${message}`)
  )
  const { asymmetricKeyType } = yield* Effect.try({
    try: () => createPrivateKey(pem),
    catch: () => refuse(`LEAP_MAIL_DKIM_KEY names ${key.value}, which is no private key in PEM.`)
  })
  if (asymmetricKeyType !== "rsa" && asymmetricKeyType !== "ed25519") {
    return yield* refuse(`LEAP_MAIL_DKIM_KEY is a key of ${asymmetricKeyType ?? "no kind"}: DKIM has RSA and Ed25519.`)
  }
  const dkim: Dkim = { selector, privateKey: Redacted.make(pem) }
  return dkim
})

export const signer = (domains: ReadonlyArray<string>, dkim: Dkim | undefined): Layer.Layer<MailSigner> =>
  dkim === undefined ? MailSignerNone.layer : MailSignerDkim.layer({ domains, ...dkim })

/** Never ends, where there is a way. */
export const relaying = (home: Relay.Home, route: Route) => {
  const { name } = home
  switch (route._tag) {
    case "None":
      return Relay.waitForRoute
    case "Smarthost":
      return Effect.provide(Relay.relayOutbound(home), NodemailerTransport.layer({ ...route, name }))
    case "Mx":
      return Effect.provide(
        Relay.relayOutbound(home),
        Layer.provide(NodemailerRouted.layer({ name }), MailRoutesDns.layer())
      )
  }
}
