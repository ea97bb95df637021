/** The certificate that doors for mail programs and for other servers prove themselves with. */
import { Clock, Config, Effect, FileSystem, Option, Path, Redacted, Schedule, SubscriptionRef } from "effect"
import { createPrivateKey, X509Certificate } from "node:crypto"
import { createSecureContext } from "node:tls"
import { isLoopback } from "../domain/account/Loopback.ts"
import { formatDate } from "../domain/message/Date.ts"
import { ListenError } from "../ports/ListenError.ts"
import type { Identity, Tls } from "../ports/Tls.ts"
import { type Settings, SettingsError, unreadable } from "./Settings.ts"

const environment = Config.all({
  key: Config.option(Config.NonEmptyString("LEAP_MAIL_TLS_KEY")),
  cert: Config.option(Config.NonEmptyString("LEAP_MAIL_TLS_CERT"))
})

const refuse = (reason: string) => new SettingsError({ reason })

/** Where `leap-mail certificate` puts what it makes, and where it is found without a setting. */
export const madeFiles = Effect.fnUntraced(function*(home: string) {
  const path = yield* Path.Path
  return { key: path.join(home, "tls", "key.pem"), cert: path.join(home, "tls", "cert.pem") }
})

interface Files {
  readonly key: string
  readonly cert: string
}

const read = Effect.fnUntraced(function*(files: Files) {
  const fs = yield* FileSystem.FileSystem
  const text = (file: string) =>
    Effect.mapError(fs.readFileString(file), ({ message }) => refuse(`${file} cannot be read: ${message}`))
  const identity: Identity = { key: Redacted.make(yield* text(files.key)), cert: yield* text(files.cert) }
  return identity
})

const isSame = (one: Identity, other: Identity): boolean =>
  one.cert === other.cert && Redacted.value(one.key) === Redacted.value(other.key)

/** Answers with the end of a certificate that can be shown, in milliseconds. */
const check = Effect.fnUntraced(function*(files: Files, identity: Identity) {
  const [key, cert] = [Redacted.value(identity.key), identity.cert]
  const parse = <A>(file: string, what: string, parse: () => A) =>
    Effect.try({ try: parse, catch: () => refuse(`${file} holds no ${what} in PEM.`) })
  const certificate = yield* parse(files.cert, "certificate", () => new X509Certificate(cert))
  const secret = yield* parse(files.key, "private key without a passphrase", () => createPrivateKey(key))
  if (!certificate.checkPrivateKey(secret)) {
    return yield* refuse(`The key in ${files.key} is not that of the certificate in ${files.cert}.`)
  }
  yield* Effect.try({
    try: () => createSecureContext({ key, cert }),
    catch: (cause) => refuse(`TLS cannot be spoken with ${files.cert}: ${String(cause)}`)
  })
  const now = yield* Clock.currentTimeMillis
  const end = certificate.validToDate.getTime()
  if (end < now) {
    yield* Effect.logWarning(
      `The certificate in ${files.cert} is over since ${formatDate(end)}: mail programs refuse it`
    )
  }
  return end
})

/** The files are small, and few programs that renew certificates can be told whom to tell. */
const RENEWAL = Schedule.spaced("1 minute")

/** What is in the files now, and what they are renewed to; what cannot be shown is told once, and not taken. */
const follow = Effect.fnUntraced(function*(files: Files) {
  const first = yield* read(files)
  yield* check(files, first)
  const tls: Tls = yield* SubscriptionRef.make(first)
  let seen = first
  let said = ""
  const look = Effect.gen(function*() {
    const found = yield* read(files)
    if (isSame(found, seen)) return
    seen = found
    const end = yield* check(files, found)
    yield* SubscriptionRef.set(tls, found)
    said = ""
    yield* Effect.logInfo(`The certificate in ${files.cert} was renewed; it is good until ${formatDate(end)}`)
  }).pipe(
    Effect.catch((error) => {
      if (error.reason === said) return Effect.void
      said = error.reason
      return Effect.logError(`${error.reason} The certificate read before is still the one in use`)
    })
  )
  yield* Effect.forkScoped(Effect.delay(Effect.repeat(look, RENEWAL), "1 minute"))
  return tls
})

/** What the settings name, as long as the scope is open. */
export const load = Effect.fn("Tls.load")(function*() {
  const { cert, key } = yield* Effect.mapError(environment, unreadable)
  if (Option.isNone(key) && Option.isNone(cert)) return undefined
  if (Option.isNone(key) || Option.isNone(cert)) {
    return yield* refuse("LEAP_MAIL_TLS_KEY and LEAP_MAIL_TLS_CERT are set together, or neither.")
  }
  return yield* follow({ key: key.value, cert: cert.value })
})

/**
 * What the settings name, or what was made in the home. On an address that other machines reach there must be one; that
 * is said before anything else is done.
 */
export const loadForClient = Effect.fn("Tls.loadForClient")(function*({ home, host, ports }: Settings) {
  const fs = yield* FileSystem.FileSystem
  const named = yield* load()
  if (named !== undefined) return named
  const made = yield* madeFiles(home)
  if (yield* Effect.orElseSucceed(fs.exists(made.cert), () => false)) return yield* follow(made)
  if (isLoopback(host)) return undefined
  return yield* new ListenError({ host, port: ports.imap, setting: "LEAP_MAIL_IMAP_PORT", code: "NEEDS_TLS" })
})
