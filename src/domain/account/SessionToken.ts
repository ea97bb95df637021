/** A session's bearer token: `<account>.<secret>`, so that a store kept apart by account knows where to look. */

export interface SessionToken {
  readonly account: number
  /** 32 random bytes, base64url. */
  readonly secret: string
}

const TOKEN = /^(\d{1,15})\.([A-Za-z0-9_-]{43})$/

export const print = ({ account, secret }: SessionToken): string => `${account}.${secret}`

export const parse = (text: string): SessionToken | undefined => {
  const [, account, secret] = TOKEN.exec(text) ?? []
  return account === undefined || secret === undefined ? undefined : { account: Number(account), secret }
}
