/** OAUTHBEARER (RFC 7628) for smtp-server, which has the older XOAUTH2 with the same two fields in another frame. */
import SASL, { type SASLMechanism } from "smtp-server/lib/sasl.js"

export interface BearerLogin {
  readonly user: string
  readonly token: string
}

const SEPARATOR = "\u0001"

/** `n,a=user,^Aauth=Bearer token^A^A` (RFC 7628 §3.1, RFC 5801 §4); a comma and `=` in the user are `=2C` and `=3D`. */
export const decode = (message: string): BearerLogin | undefined => {
  const [header = "", ...fields] = message.split(SEPARATOR)
  const [, name] = /^n,a=([^,]*),$/.exec(header) ?? []
  const auth = fields.find((field) => field.startsWith("auth="))?.slice("auth=".length)
  const [, token] = /^bearer +([\w.~+/-]+=*)$/i.exec(auth ?? "") ?? []
  if (name === undefined || name === "" || token === undefined) return undefined
  return { user: name.replaceAll("=2C", ",").replaceAll("=3D", "="), token }
}

/** RFC 7628 §3.2.2: told to who was refused, who answers it before the refusal itself. */
export const REFUSED = { status: "invalid_token", schemes: "bearer" }

const asXoauth2 = (raw: string): string => {
  const login = decode(Buffer.from(raw, "base64").toString())
  if (login === undefined) return ""
  const fields = [`user=${login.user}`, `auth=Bearer ${login.token}`, "", ""]
  return Buffer.from(fields.join(SEPARATOR)).toString("base64")
}

const mechanism: SASLMechanism = function(args, callback) {
  const [first, ...others] = args
  if (others.length > 0) {
    this.send(501, "5.5.4 It is AUTH OAUTHBEARER and one token")
    return callback()
  }
  if (first !== undefined) return SASL.XOAUTH2_token.call(this, false, asXoauth2(first), callback)
  this._nextHandler = (raw: Buffer | string, done: () => void) => {
    const text = raw.toString().trim()
    SASL.XOAUTH2_token.call(this, true, text === "*" ? text : asXoauth2(text), done)
  }
  this.send(334)
  return callback()
}

/** The library looks a mechanism up by its name. */
export const register = (): void => {
  Object.assign(SASL, { SASL_OAUTHBEARER: mechanism })
}
