/** A reply other than 250: code (RFC 5321 §4.2), enhanced code (RFC 3463) and a sentence for the person who sees it. */
import { Schema } from "effect"

export class SmtpRefusal extends Schema.TaggedError<SmtpRefusal>()("SmtpRefusal", {
  code: Schema.Int.check(Schema.isBetween({ minimum: 400, maximum: 599 })),
  /** `5.7.1` */
  enhanced: Schema.String,
  text: Schema.String
}) {
  override get message(): string {
    return `${this.enhanced} ${this.text}`
  }
}

const refusal = (code: number, enhanced: string) => (text: string) => new SmtpRefusal({ code, enhanced, text })

export const unknownRecipient = (address: string): SmtpRefusal =>
  refusal(550, "5.1.1")(`There is no mailbox ${address} here`)

export const notAllowed = refusal(550, "5.7.1")

export const badLogin = (): SmtpRefusal => refusal(535, "5.7.8")("The address or the password is wrong")

export const tooManyLogins = (): SmtpRefusal => refusal(421, "4.7.0")("Too many wrong logins; connect again later")

export const tooManyConnections = (): SmtpRefusal =>
  refusal(421, "4.7.0")("Too many connections from your address; close some and come again")

export const tooOften = refusal(450, "4.7.1")

export const needsTls = (): SmtpRefusal =>
  refusal(538, "5.7.11")("A password is taken over TLS or from this machine only")

export const tooLarge = (limit: number): SmtpRefusal =>
  refusal(552, "5.3.4")(`The message is larger than ${limit} bytes`)

export const tooManyPieces = (): SmtpRefusal =>
  refusal(552, "5.3.4")("The message has too many lines that begin with a dot")

export const looping = (): SmtpRefusal =>
  refusal(554, "5.4.6")("The message went through too many servers: it goes round in circles")

export const tooSlow = (): SmtpRefusal =>
  refusal(421, "4.4.2")("No message came for too long; connect again when you have one")

export const busy = (): SmtpRefusal => refusal(452, "4.3.1")("Too many messages at once; try again in a minute")

/** What went wrong is in the log, not in the reply. */
export const localError = (): SmtpRefusal => refusal(451, "4.3.0")("Something failed here; try again later")
