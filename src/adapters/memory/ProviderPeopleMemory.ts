/** ProviderAccounts, ProviderCredentials and ProviderSessions in memory. */
import { Clock, Effect, Layer } from "effect"
import { Hex } from "effect/encoding"
import { Address, canonical, domain } from "../../domain/account/Address.ts"
import { Crypto } from "../../ports/Crypto.ts"
import { AccountTaken, InviteRefused, ProviderAccounts } from "../../ports/ProviderAccounts.ts"
import { ProviderCredentials } from "../../ports/ProviderCredentials.ts"
import { ProviderSessions } from "../../ports/ProviderSessions.ts"
import { appendLog } from "./ProviderDirectoryMemory.ts"
import { byAddress, byAlias, type Kept, type KeptInvite, of, Tables } from "./ProviderTables.ts"

const newcomer = (id: number, address: Address): Kept => ({
  account: { id, address, isDisabled: false, quota: undefined, used: 0 },
  published: undefined,
  generation: 0,
  aliases: new Set(),
  credentials: new Map(),
  sessions: new Map(),
  documents: new Map(),
  batches: new Map(),
  blobs: new Map(),
  incoming: new Map(),
  outbound: new Map()
})

const layerAccounts = Layer.effect(
  ProviderAccounts,
  Effect.gen(function*() {
    const tables = yield* Tables
    const crypto = yield* Crypto
    let lastId = 0
    const isTaken = (address: Address): boolean =>
      tables.retired.has(address) || byAddress(tables, address) !== undefined || byAlias(tables, address) !== undefined

    /** An address that is kept for its owner opens with any of the codes that were told for it, and with no other. */
    const useInvite = (address: Address, hash: string | undefined, now: number) => {
      const isGood = (invite: KeptInvite) => invite.uses > 0 && invite.expiresAt > now
      const invite = hash === undefined ? undefined : tables.invites.get(hash)
      if (hash !== undefined) {
        const fits = invite !== undefined && isGood(invite) && (invite.address ?? address) === address
        if (!fits) return Effect.fail(new InviteRefused({ address }))
      }
      const isReserved = Array.from(tables.invites.values()).some((one) => one.address === address && isGood(one))
      if (isReserved && invite?.address !== address) return Effect.fail(new AccountTaken({ address }))
      if (invite !== undefined) invite.uses--
      return Effect.void
    }

    return ProviderAccounts.of({
      createAccount: Effect.fnUntraced(function*({ address: given, invite, registration, wrappedRoot }) {
        const address = canonical(given)
        const now = yield* Clock.currentTimeMillis
        if (isTaken(address)) return yield* new AccountTaken({ address })
        yield* useInvite(address, invite === undefined ? undefined : Hex.encode(invite), now)
        const kept = newcomer(++lastId, address)
        kept.credentials.set("password", { registration, wrappedRoot, expiresAt: undefined })
        tables.accounts.set(kept.account.id, kept)
        return kept.account
      }),
      findAccount: (address) => Effect.sync(() => byAddress(tables, address)?.account),
      recipient: (given) =>
        Effect.sync(() => {
          const address = canonical(given)
          const kept = byAddress(tables, address) ?? byAlias(tables, address) ??
            byAlias(tables, Address.make(`*@${domain(address)}`))
          return kept === undefined ? undefined : { ...kept.account, certificate: kept.published?.certificate }
        }),
      listAccounts: (after, limit) =>
        Effect.sync(() =>
          Array.from(tables.accounts.values(), ({ account }) => account).filter(({ id }) => id > after).slice(0, limit)
        ),
      setDisabled: (account, isDisabled) =>
        Effect.map(of(tables, "setDisabled", account), (kept) => {
          kept.account = { ...kept.account, isDisabled }
          tables.feeds.announce(account, { _tag: "Sessions" })
        }),
      setQuota: (account, quota) =>
        Effect.map(of(tables, "setQuota", account), (kept) => void (kept.account = { ...kept.account, quota })),
      removeAccount: Effect.fnUntraced(function*(account, mark) {
        const kept = tables.accounts.get(account)
        if (kept === undefined) return
        tables.accounts.delete(account)
        for (const address of [kept.account.address, ...kept.aliases]) tables.retired.add(address)
        if (kept.published !== undefined) yield* appendLog(tables, crypto, mark, "")
        tables.feeds.announce(account, { _tag: "Sessions" })
      }),

      aliases: (account) => Effect.map(of(tables, "aliases", account), ({ aliases }) => [...aliases].toSorted()),
      addAlias: Effect.fnUntraced(function*(account, given) {
        const alias = canonical(given)
        const kept = yield* of(tables, "addAlias", account)
        if (isTaken(alias) && !kept.aliases.has(alias)) return yield* new AccountTaken({ address: alias })
        kept.aliases.add(alias)
      }),
      removeAlias: (account, alias) =>
        Effect.map(of(tables, "removeAlias", account), ({ aliases }) => aliases.delete(canonical(alias))),

      addInvite: ({ address, expiresAt, hash, uses }) =>
        Effect.sync(() => {
          const bound = address === undefined ? undefined : canonical(address)
          tables.invites.set(Hex.encode(hash), { address: bound, uses, expiresAt })
        })
    })
  })
)

const layerCredentials = Layer.effect(
  ProviderCredentials,
  Effect.map(Tables, (tables) =>
    ProviderCredentials.of({
      credential: (address, kind, now) =>
        Effect.sync(() => {
          const kept = byAddress(tables, address)
          const credential = kept?.credentials.get(kind)
          if (kept === undefined || credential === undefined || kept.account.isDisabled) return undefined
          const isOver = credential.expiresAt !== undefined && credential.expiresAt <= now
          return isOver ? undefined : { ...credential, account: kept.account }
        }),
      setCredential: (account, kind, credential, onlySession) =>
        Effect.map(of(tables, "setCredential", account), ({ credentials, sessions }) => {
          credentials.set(kind, credential)
          if (onlySession === undefined) return
          for (const [hash, { id }] of sessions) if (id !== onlySession) sessions.delete(hash)
          tables.feeds.announce(account, { _tag: "Sessions" })
        }),
      dropCredential: (account, kind) =>
        Effect.map(of(tables, "dropCredential", account), ({ credentials }) => credentials.delete(kind)),
      keepAttempt: (id, state, expiresAt) => Effect.sync(() => void tables.attempts.set(id, { state, expiresAt })),
      takeAttempt: (id, now) =>
        Effect.sync(() => {
          const attempt = tables.attempts.get(id)
          tables.attempts.delete(id)
          return attempt !== undefined && attempt.expiresAt > now ? attempt.state : undefined
        })
    }))
)

/** Milliseconds. */
const SEEN_STEP = 3_600_000

const layerSessions = Layer.effect(
  ProviderSessions,
  Effect.map(Tables, (tables) => {
    const entryOf = (kept: Kept, session: string) => Array.from(kept.sessions).find(([, { id }]) => id === session)
    return ProviderSessions.of({
      addSession: (account, tokenHash, session) =>
        Effect.map(
          of(tables, "addSession", account),
          ({ sessions }) => void sessions.set(Hex.encode(tokenHash), { ...session, seenAt: session.createdAt })
        ),
      findSession: (account, tokenHash, now) =>
        Effect.sync(() => {
          const kept = tables.accounts.get(account)
          const hash = Hex.encode(tokenHash)
          const session = kept?.sessions.get(hash)
          if (kept === undefined || session === undefined) return undefined
          if (kept.account.isDisabled || session.expiresAt <= now) return undefined
          if (now - session.seenAt >= SEEN_STEP) {
            kept.sessions.set(hash, { ...session, seenAt: now, expiresAt: session.expiresAt - session.seenAt + now })
          }
          return { account: kept.account, session }
        }),
      listSessions: (account, now) =>
        Effect.map(
          of(tables, "listSessions", account),
          ({ sessions }) =>
            Array.from(sessions.values()).filter(({ expiresAt }) => expiresAt > now)
              .toSorted((a, b) => b.createdAt - a.createdAt)
        ),
      renameSession: (account, id, device) =>
        Effect.map(of(tables, "renameSession", account), (kept) => {
          const entry = entryOf(kept, id)
          if (entry !== undefined) kept.sessions.set(entry[0], { ...entry[1], device })
          return entry !== undefined
        }),
      revokeSession: (account, id) =>
        Effect.map(of(tables, "revokeSession", account), (kept) => {
          const entry = entryOf(kept, id)
          if (entry !== undefined) kept.sessions.delete(entry[0])
          tables.feeds.announce(account, { _tag: "Sessions" })
          return entry !== undefined
        })
    })
  })
)

export const layer = Layer.mergeAll(layerAccounts, layerCredentials, layerSessions)
