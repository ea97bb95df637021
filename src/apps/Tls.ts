/** The certificate that doors for mail programs and for other servers prove themselves with. */
import { Clock, Config, Effect, FileSystem, Option, Path, Redacted } from "effect"
import { createPrivateKey, X509Certificate } from "node:crypto"
import { isLoopback } from "../domain/account/Loopback.ts"
import { formatDate } from "../domain/message/Date.ts"
import { ListenError } from "../ports/ListenError.ts"
import type { Tls } from "../ports/Tls.ts"
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
  const parse = <A>(file: string, what: string, parse: () => A) =>
    Effect.try({ try: parse, catch: () => refuse(`${file} holds no ${what} in PEM.`) })
  const [key, cert] = [yield* text(files.key), yield* text(files.cert)]
  const certificate = yield* parse(files.cert, "certificate", () => new X509Certificate(cert))
  const secret = yield* parse(files.key, "private key without a passphrase", () => createPrivateKey(key))
  if (!certificate.checkPrivateKey(secret)) {
    return yield* refuse(`The key in ${files.key} is not that of the certificate in ${files.cert}.`)
  }
  const now = yield* Clock.currentTimeMillis
  const end = certificate.validToDate.getTime()
  if (end < now) {
    yield* Effect.logWarning(
      `The certificate in ${files.cert} is over since ${formatDate(end)}: mail programs refuse it`
    )
  }
  const tls: Tls = { key: Redacted.make(key), cert }
  return tls
})

/** What the settings name. */
export const load = Effect.fn("Tls.load")(function*() {
  const { cert, key } = yield* Effect.mapError(environment, unreadable)
  if (Option.isNone(key) && Option.isNone(cert)) return undefined
  if (Option.isNone(key) || Option.isNone(cert)) {
    return yield* refuse("LEAP_MAIL_TLS_KEY and LEAP_MAIL_TLS_CERT are set together, or neither.")
  }
  return yield* read({ key: key.value, cert: cert.value })
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
  if (yield* Effect.orElseSucceed(fs.exists(made.cert), () => false)) return yield* read(made)
  if (isLoopback(host)) return undefined
  return yield* new ListenError({ host, port: ports.imap, setting: "LEAP_MAIL_IMAP_PORT", code: "NEEDS_TLS" })
})
