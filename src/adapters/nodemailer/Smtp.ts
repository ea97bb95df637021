/** One message over one connection, with nodemailer: exact bytes, each refusal told. */
import { Data, Effect, Redacted } from "effect"
import SMTPConnection from "nodemailer/lib/smtp-connection"
import { isLoopback } from "../../domain/account/Loopback.ts"
import { MailTransportError, type OutgoingMessage, type RefusedRecipient } from "../../ports/MailTransport.ts"
import { pinFault, tlsOptions } from "./RelayTls.ts"

export interface NextHop {
  readonly host: string
  readonly port: number
  /** Sent over TLS with a checked certificate, or to this machine. */
  readonly auth?: { readonly user: string; readonly password: Redacted.Redacted<string> } | undefined
  /** What we call ourselves in EHLO. */
  readonly name: string
  /** RFC 2033 instead of SMTP. */
  readonly lmtp?: boolean
  /** Nothing is sent but over TLS, to whoever has a valid certificate of this host. */
  readonly isVerified?: boolean
  /** `sha256//...`: nothing is sent but over TLS, to whoever has this key, whatever their certificate says beside it. */
  readonly pin?: string | undefined
  /** PEM of an authority that is trusted besides the usual ones. */
  readonly authority?: string | undefined
  /** Milliseconds without an answer until a try is given up; default two minutes. */
  readonly timeout?: number
}

const TIMEOUT = 120_000

/** As nodemailer attaches them to its errors. */
interface Failure extends Error {
  readonly code?: string | undefined
  readonly command?: string | undefined
  readonly response?: string | undefined
  readonly responseCode?: number | undefined
  readonly recipient?: string | undefined
  readonly rejectedErrors?: ReadonlyArray<Failure> | undefined
}

class Failed extends Data.TaggedError("Failed")<{
  readonly failure: Failure
  /** Between STARTTLS and what follows it. */
  readonly isOfTls: boolean
}> {}

/** A password goes to nobody unknown. */
const isChecked = ({ auth, host, isVerified, pin }: NextHop): boolean =>
  isVerified === true || pin !== undefined || auth !== undefined && !isLoopback(host)

const connectionOptions = (hop: NextHop, inClear: boolean) => {
  const timeout = hop.timeout ?? TIMEOUT
  const checked = isChecked(hop)
  return {
    host: hop.host,
    port: hop.port,
    name: hop.name,
    lmtp: hop.lmtp === true,
    requireTLS: checked,
    opportunisticTLS: !checked,
    ignoreTLS: inClear,
    tls: tlsOptions({ isChecked: checked, pin: hop.pin, authority: hop.authority }),
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
    logger: false
  }
}

const isUpgrading = (connection: object): boolean => "upgrading" in connection && connection.upgrading === true

const attempt = (hop: NextHop, message: OutgoingMessage, inClear: boolean) =>
  Effect.callback<ReadonlyArray<RefusedRecipient>, Failed>((resume) => {
    const connection = new SMTPConnection(connectionOptions(hop, inClear))
    // The first outcome counts: closing tells "end", too.
    const fail = (error: Failure): void => {
      const refused = refusedOf(error)
      resume(
        refused.length === message.to.length && refused.some(({ transient }) => transient !== true)
          ? Effect.succeed(refused)
          : Effect.fail(new Failed({ failure: error, isOfTls: error.code === "ETLS" || isUpgrading(connection) }))
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
      const { auth, pin } = hop
      const fault = pin === undefined ? undefined : pinFault(connection._socket, pin)
      if (fault !== undefined) return fail(fault)
      if (auth === undefined) return deliver()
      connection.login(
        { user: auth.user, pass: Redacted.value(auth.password) },
        (refused) => refused === null ? deliver() : fail(refused)
      )
    })
    return Effect.sync(() => connection.close())
  })

const refusedOf = (
  outcome: { readonly rejectedErrors?: ReadonlyArray<Failure> | undefined }
): ReadonlyArray<RefusedRecipient> =>
  (outcome.rejectedErrors ?? []).map((error) => ({
    to: error.recipient ?? "",
    reason: wordsOf(error),
    ...isPermanent(error) ? {} : { transient: true }
  }))

const wordsOf = (error: Failure): string => error.response ?? error.message

/** Only what was said about this message: a refused login, greeting or TLS is nothing its sender could mend. */
const isPermanent = ({ code, command, responseCode }: Failure): boolean =>
  responseCode === undefined
    ? code === "EENVELOPE"
    : responseCode >= 500 && responseCode !== 503 && MESSAGE_COMMANDS.has(command ?? "")

const MESSAGE_COMMANDS = new Set(["MAIL FROM", "RCPT TO", "DATA"])

/** Where TLS is offered and fails, and nobody demands it, mail goes as it did before there was TLS. */
export const send = (
  hop: NextHop,
  message: OutgoingMessage
): Effect.Effect<ReadonlyArray<RefusedRecipient>, MailTransportError> =>
  attempt(hop, message, false).pipe(
    Effect.catchIf(({ isOfTls }) => isOfTls && !isChecked(hop), () => attempt(hop, message, true)),
    Effect.mapError(({ failure }) =>
      new MailTransportError({
        transient: !isPermanent(failure),
        reason: `${hop.host}:${hop.port}: ${wordsOf(failure)}`
      })
    )
  )
