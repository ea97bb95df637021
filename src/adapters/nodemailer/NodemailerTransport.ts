/** MailTransport over SMTP with nodemailer's connection: one connection a message, exact bytes, each refusal told. */
import { Effect, Layer, Redacted } from "effect"
import SMTPConnection from "nodemailer/lib/smtp-connection"
import {
  MailTransport,
  MailTransportError,
  type OutgoingMessage,
  type RefusedRecipient
} from "../../ports/MailTransport.ts"

export interface TransportOptions {
  readonly host: string
  readonly port: number
  /** Sent over TLS with a checked certificate, or to this machine. */
  readonly auth?: { readonly user: string; readonly password: Redacted.Redacted<string> }
  /** What we call ourselves in EHLO. */
  readonly name: string
  /** RFC 2033 instead of SMTP. */
  readonly lmtp?: boolean
  /** Milliseconds without an answer until a try is given up; default two minutes. */
  readonly timeout?: number
}

const TIMEOUT = 120_000

export const layer = (options: TransportOptions): Layer.Layer<MailTransport> =>
  Layer.succeed(MailTransport, { send: (message) => send(options, message) })

const send = (
  options: TransportOptions,
  message: OutgoingMessage
): Effect.Effect<ReadonlyArray<RefusedRecipient>, MailTransportError> =>
  Effect.callback((resume) => {
    const connection = new SMTPConnection(connectionOptions(options))
    // The first outcome counts: closing tells "end", too.
    const fail = (error: Failure): void => {
      const refused = refusedOf(error)
      resume(
        refused.length === message.to.length && refused.some(({ transient }) => transient !== true)
          ? Effect.succeed(refused)
          : Effect.fail(toTransportError(error, options))
      )
      connection.close()
    }
    const deliver = (): void =>
      connection.send(
        {
          from: message.from === "" ? false : message.from,
          to: [...message.to],
          size: message.bytes.length,
          use8BitMime: message.bytes.some((byte) => byte > 127)
        },
        Buffer.from(message.bytes.buffer, message.bytes.byteOffset, message.bytes.byteLength),
        (error, info) => {
          if (error !== null) return fail(error)
          connection.quit()
          resume(Effect.succeed(refusedOf(info)))
        }
      )
    connection.once("end", () => fail(new Error("the connection was closed")))
    connection.on("error", fail)
    connection.connect((error) => {
      if (error instanceof Error) return fail(error)
      const { auth } = options
      if (auth === undefined) return deliver()
      connection.login(
        { user: auth.user, pass: Redacted.value(auth.password) },
        (refused) => refused === null ? deliver() : fail(refused)
      )
    })
    return Effect.sync(() => connection.close())
  })

/** As nodemailer attaches them to its errors. */
interface Failure extends Error {
  readonly code?: string | undefined
  readonly command?: string | undefined
  readonly response?: string | undefined
  readonly responseCode?: number | undefined
  readonly recipient?: string | undefined
  readonly rejectedErrors?: ReadonlyArray<Failure> | undefined
}

/** Encryption without a checked name is better than none (RFC 7435), but no password goes over it. */
const connectionOptions = (options: TransportOptions) => {
  const timeout = options.timeout ?? TIMEOUT
  const checked = options.auth !== undefined && !LOOPBACK.test(options.host)
  return {
    host: options.host,
    port: options.port,
    name: options.name,
    lmtp: options.lmtp === true,
    requireTLS: checked,
    opportunisticTLS: !checked,
    tls: { rejectUnauthorized: checked },
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
    logger: false
  }
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/

const refusedOf = (
  outcome: { readonly rejectedErrors?: ReadonlyArray<Failure> | undefined }
): ReadonlyArray<RefusedRecipient> =>
  (outcome.rejectedErrors ?? []).map((error) => ({
    to: error.recipient ?? "",
    reason: wordsOf(error),
    ...isPermanent(error) ? {} : { transient: true }
  }))

const toTransportError = (error: Failure, { host, port }: TransportOptions): MailTransportError =>
  new MailTransportError({ transient: !isPermanent(error), reason: `${host}:${port}: ${wordsOf(error)}` })

const wordsOf = (error: Failure): string => error.response ?? error.message

/** Only what was said about this message: a refused login, greeting or TLS is nothing its sender could mend. */
const isPermanent = ({ code, command, responseCode }: Failure): boolean =>
  responseCode === undefined
    ? code === "EENVELOPE"
    : responseCode >= 500 && responseCode !== 503 && MESSAGE_COMMANDS.has(command ?? "")

const MESSAGE_COMMANDS = new Set(["MAIL FROM", "RCPT TO", "DATA"])
