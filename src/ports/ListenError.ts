/** Why a listener could not be opened, and what to do about it. */
import { Schema } from "effect"

export class ListenError extends Schema.TaggedError<ListenError>()("ListenError", {
  host: Schema.String,
  port: Schema.Int,
  /** The variable that chooses the port, where there is one. */
  setting: Schema.UndefinedOr(Schema.String),
  /** As the system names it: EADDRINUSE, EACCES, EADDRNOTAVAIL ...; or NEEDS_TLS. */
  code: Schema.String
}) {
  override get message(): string {
    const where = `Port ${this.port} on ${this.host}`
    const another = this.setting === undefined ? "choose another port" : `set ${this.setting}`
    switch (this.code) {
      case "EADDRINUSE":
        return `${where} is in use: stop the other program or ${another}`
      case "EACCES":
        return `${where} is not open to this user: ${another} to a port above 1023`
      case "NEEDS_TLS":
        return `${where} would show mail and passwords to the network: make a certificate with ` +
          "`leap-mail certificate`, set LEAP_MAIL_TLS_KEY and LEAP_MAIL_TLS_CERT, or set LEAP_MAIL_HOST to 127.0.0.1"
      case "EADDRNOTAVAIL":
      case "ENOTFOUND":
        return `${where} cannot be used: this machine has no such address`
      default:
        return `${where} cannot be used (${this.code}): ${another}`
    }
  }
}
