/** What the environment decides (README, "Settings"). */
import { Config, Effect, Option, type Redacted, Schema } from "effect"
import * as os from "node:os"
import * as path from "node:path"

export class SettingsError extends Schema.TaggedError<SettingsError>()("SettingsError", {
  reason: Schema.String
}) {
  override get message(): string {
    return this.reason
  }
}

/** What is not even of the kind that it should be. */
export const unreadable = ({ message }: { readonly message: string }) =>
  new SettingsError({ reason: `A setting in the environment cannot be read: ${message}` })

export interface Endpoint {
  readonly host: string
  readonly port: number
}

export interface Settings {
  readonly home: string
  readonly host: string
  readonly ports: {
    readonly imap: number
    /** With TLS from the first octet on, where there is a certificate; and so `smtps`. */
    readonly imaps: number
    readonly smtp: number
    readonly smtps: number
    readonly http: number
    readonly provider: number
    readonly lmtp: number
    readonly mx: number
    readonly submission: number
  }
  /** The demo accounts' mail-client password; none = made once and kept in the home. */
  readonly password: Option.Option<Redacted.Redacted<string>>
  readonly smarthost: Option.Option<Endpoint>
  /** What is logged besides, without secrets and mail. */
  readonly trace: { readonly imap: boolean }
}

/** Port 0 is allowed: the system picks one, and the ready line tells which. */
export const port = (name: string, usual: number) =>
  Config.String(name).pipe(
    Config.withDefault(String(usual)),
    Config.map((value) => ({ name, value }))
  )

const environment = Config.all({
  home: Config.option(Config.NonEmptyString("LEAP_MAIL_HOME")),
  host: Config.NonEmptyString("LEAP_MAIL_HOST").pipe(Config.withDefault("127.0.0.1")),
  imap: port("LEAP_MAIL_IMAP_PORT", 1984),
  imaps: port("LEAP_MAIL_IMAPS_PORT", 1993),
  smtp: port("LEAP_MAIL_SMTP_PORT", 2013),
  smtps: port("LEAP_MAIL_SMTPS_PORT", 2465),
  http: port("LEAP_MAIL_HTTP_PORT", 7070),
  provider: port("LEAP_MAIL_PROVIDER_PORT", 4430),
  lmtp: port("LEAP_MAIL_LMTP_PORT", 2424),
  mx: port("LEAP_MAIL_MX_PORT", 2525),
  submission: port("LEAP_MAIL_SUBMISSION_PORT", 2587),
  password: Config.option(Config.Redacted("LEAP_MAIL_PASSWORD")),
  smarthost: Config.option(Config.NonEmptyString("LEAP_MAIL_SMARTHOST")),
  trace: Config.String("LEAP_MAIL_TRACE").pipe(Config.withDefault(""))
})

/** The platform's user data folder: XDG on Linux, Application Support on macOS, APPDATA on Windows. */
const userData = Effect.gen(function*() {
  const home = os.homedir()
  switch (os.platform()) {
    case "darwin":
      return path.join(home, "Library", "Application Support", "leap-mail")
    case "win32":
      return path.join(
        yield* Config.NonEmptyString("APPDATA").pipe(Config.withDefault(path.join(home, "AppData", "Roaming"))),
        "leap-mail"
      )
    default:
      return path.join(
        yield* Config.NonEmptyString("XDG_DATA_HOME").pipe(Config.withDefault(path.join(home, ".local", "share"))),
        "leap-mail"
      )
  }
})

/** `host:port`, `[v6]:port`. */
const parseEndpoint = (text: string): Endpoint | undefined => {
  const colon = text.lastIndexOf(":")
  const port = Number(text.slice(colon + 1))
  const host = text.slice(0, colon).replace(/^\[(.*)\]$/, "$1")
  return colon > 0 && host !== "" && Number.isInteger(port) && port > 0 && port < 65536 ? { host, port } : undefined
}

export const checked = Effect.fnUntraced(
  function*({ name, value }: { readonly name: string; readonly value: string }) {
    const number = Number(value)
    if (/^\s*\d+\s*$/.test(value) && number <= 65535) return number
    return yield* new SettingsError({ reason: `${name} is ${value}, but a port is a number from 0 to 65535.` })
  }
)

export const load = Effect.fn("Settings.load")(
  function*() {
    const env = yield* environment
    const smarthost = Option.map(env.smarthost, parseEndpoint)
    if (Option.isSome(smarthost) && smarthost.value === undefined) {
      return yield* new SettingsError({ reason: "LEAP_MAIL_SMARTHOST is not host:port, as in mail.example.org:25." })
    }
    if (env.trace !== "" && env.trace !== "imap") {
      return yield* new SettingsError({ reason: `LEAP_MAIL_TRACE is ${env.trace}, but what can be traced is imap.` })
    }
    const settings: Settings = {
      home: path.resolve(Option.isSome(env.home) ? env.home.value : yield* userData),
      host: env.host,
      ports: {
        imap: yield* checked(env.imap),
        imaps: yield* checked(env.imaps),
        smtp: yield* checked(env.smtp),
        smtps: yield* checked(env.smtps),
        http: yield* checked(env.http),
        provider: yield* checked(env.provider),
        lmtp: yield* checked(env.lmtp),
        mx: yield* checked(env.mx),
        submission: yield* checked(env.submission)
      },
      password: env.password,
      smarthost: Option.flatMap(smarthost, Option.fromUndefinedOr),
      trace: { imap: env.trace === "imap" }
    }
    return settings
  },
  Effect.catchTag("ConfigError", unreadable)
)
