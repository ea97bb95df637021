/** Whom a client asks for other people's certificates, as the environment decides (docs/keys.md). */
import { Config, Effect, Layer, Option } from "effect"
import * as KeyServers from "../adapters/key-sources/KeyServers.ts"
import * as KeyUrl from "../adapters/key-sources/KeyUrl.ts"
import { layer as layerPublicHttps } from "../adapters/key-sources/PublicHttps.ts"
import * as WebKeyDirectory from "../adapters/key-sources/WebKeyDirectory.ts"
import { parse } from "../domain/account/Address.ts"
import { type KeySource, KeySources } from "../ports/KeySources.ts"
import { SettingsError, unreadable } from "./Settings.ts"

const settings = Config.all({
  wkd: Config.Boolean("LEAP_MAIL_WKD").pipe(Config.withDefault(true)),
  header: Config.Boolean("LEAP_MAIL_KEY_URLS").pipe(Config.withDefault(true)),
  /** Hosts; they learn who is looked up, so that none is asked unless it is named. */
  vks: Config.option(Config.NonEmptyString("LEAP_MAIL_VKS")),
  hkps: Config.option(Config.NonEmptyString("LEAP_MAIL_HKPS")),
  introducers: Config.String("LEAP_MAIL_INTRODUCERS").pipe(Config.withDefault(""))
})

const HOST = /^[A-Za-z0-9.-]+(:\d{1,5})?$/

const checked = (name: string, host: Option.Option<string>) =>
  Option.isSome(host) && !HOST.test(host.value)
    ? Effect.fail(new SettingsError({ reason: `${name} is not a host name, as in keys.openpgp.org.` }))
    : Effect.succeed(Option.toArray(host))

const make = Effect.gen(function*() {
  const { header, hkps, introducers, vks, wkd } = yield* settings
  const directories: Array<KeySource> = wkd ? [yield* WebKeyDirectory.make] : []
  for (const host of yield* checked("LEAP_MAIL_VKS", vks)) directories.push(yield* KeyServers.makeVks(host))
  for (const host of yield* checked("LEAP_MAIL_HKPS", hkps)) directories.push(yield* KeyServers.makeHkps(host))
  return {
    directories,
    fetch: header ? yield* KeyUrl.make : undefined,
    introducers: introducers.split(/[\s,]+/).flatMap((text) => Option.toArray(parse(text)))
  }
})

export const layer = Layer.effect(
  KeySources,
  Effect.catchTag(make, "ConfigError", unreadable)
).pipe(Layer.provide(layerPublicHttps))
