/** What whoever runs a provider does with its accounts. Each answers what there is to tell. */
import { Clock, Duration, Effect, Option, Schema } from "effect"
import { Hex } from "effect/encoding"
import { type Address, parse } from "../domain/account/Address.ts"
import { removeAccount } from "../domain/account/Remove.ts"
import { Crypto } from "../ports/Crypto.ts"
import { AccountTaken, type ProviderAccount, ProviderAccounts } from "../ports/ProviderAccounts.ts"

export class AccountError extends Schema.TaggedError<AccountError>()("AccountError", { reason: Schema.String }) {
  override get message(): string {
    return this.reason
  }
}

const refuse = (reason: string) => new AccountError({ reason })

export const addressOf = (text: string): Effect.Effect<Address, AccountError> =>
  Option.match(parse(text), {
    onNone: () => Effect.fail(refuse(`${text} is no address: write it as name@example.org`)),
    onSome: Effect.succeed
  })

const find = Effect.fnUntraced(function*(text: string) {
  const { findAccount } = yield* ProviderAccounts
  const address = yield* addressOf(text)
  const account = yield* findAccount(address)
  return account ?? (yield* refuse(`There is no account ${address} here: see leap-mail provider account list`))
})

export interface Invitation {
  readonly code: string
  readonly address: Address | undefined
  readonly uses: number
  readonly expiresAt: number
}

const CODE_BYTES = 16

/** `address`: for it alone, and nobody else may take it meanwhile. */
export const invite = Effect.fn("ProviderAccounts.invite")(function*(
  address: Address | undefined,
  uses: number,
  lifetime: Duration.Duration
) {
  const crypto = yield* Crypto
  const { addInvite } = yield* ProviderAccounts
  // A person may have to type it, where a leading "-" would be a flag.
  const code = Hex.encode(yield* crypto.randomBytes(CODE_BYTES))
  const expiresAt = (yield* Clock.currentTimeMillis) + Duration.toMillis(lifetime)
  const hash = yield* crypto.sha256(new TextEncoder().encode(code))
  yield* addInvite({ hash, address, uses, expiresAt })
  const made: Invitation = { code, address, uses, expiresAt }
  return made
})

/** Only its owner can make an account: their password is nobody else's to choose. So the address is kept for them. */
export const add = Effect.fn("ProviderAccounts.add")(function*(text: string, lifetime: Duration.Duration) {
  const { recipient } = yield* ProviderAccounts
  const address = yield* addressOf(text)
  const holder = yield* recipient(address)
  if (holder?.address === address) return yield* new AccountTaken({ address })
  return yield* invite(address, 1, lifetime)
})

const PAGE = 500

export interface ListedAccount extends Omit<ProviderAccount, "id"> {
  readonly aliases: ReadonlyArray<Address>
}

export const list = Effect.fn("ProviderAccounts.list")(function*() {
  const { aliases, listAccounts } = yield* ProviderAccounts
  const listed: Array<ListedAccount> = []
  let after = 0
  for (;;) {
    const page = yield* listAccounts(after, PAGE)
    for (const { id, ...account } of page) {
      listed.push({ ...account, aliases: yield* aliases(id) })
      after = id
    }
    if (page.length < PAGE) return listed
  }
})

export const setDisabled = Effect.fn("ProviderAccounts.setDisabled")(function*(text: string, isDisabled: boolean) {
  const accounts = yield* ProviderAccounts
  const { id } = yield* find(text)
  yield* accounts.setDisabled(id, isDisabled)
})

export const remove = Effect.fn("ProviderAccounts.remove")(function*(text: string) {
  yield* removeAccount(yield* find(text))
})

/** `*@example.org` takes what nobody else has. */
export const addAlias = Effect.fn("ProviderAccounts.addAlias")(function*(text: string, aliasText: string) {
  const accounts = yield* ProviderAccounts
  const { id } = yield* find(text)
  yield* accounts.addAlias(id, yield* addressOf(aliasText))
})

export const removeAlias = Effect.fn("ProviderAccounts.removeAlias")(function*(text: string, aliasText: string) {
  const accounts = yield* ProviderAccounts
  const { address, id } = yield* find(text)
  const alias = yield* addressOf(aliasText)
  if (!(yield* accounts.removeAlias(id, alias))) return yield* refuse(`${alias} is no alias of ${address}`)
})

const UNITS: Readonly<Record<string, number>> = { "": 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 }

/** `500M`, `2G`, bytes; undefined for `none`. */
export const parseQuota = (text: string): Effect.Effect<number | undefined, AccountError> => {
  if (text === "none") return Effect.succeed(undefined)
  const [, digits, unit] = /^(\d{1,12})([KMGT]?)$/.exec(text.toUpperCase()) ?? []
  const bytes = Number(digits) * (UNITS[unit ?? "?"] ?? NaN)
  return Number.isSafeInteger(bytes)
    ? Effect.succeed(bytes)
    : Effect.fail(refuse(`${text} is no size: write it as 500M, 2G, a number of bytes, or none`))
}

export const setQuota = Effect.fn("ProviderAccounts.setQuota")(function*(text: string, size: string) {
  const accounts = yield* ProviderAccounts
  const { id } = yield* find(text)
  yield* accounts.setQuota(id, yield* parseQuota(size))
})
