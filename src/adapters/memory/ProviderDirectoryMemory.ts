/** ProviderDirectory in memory. */
import { Clock, Effect, Layer } from "effect"
import { Hex } from "effect/encoding"
import { canonical, domain } from "../../domain/account/Address.ts"
import { entryBytes, GENESIS } from "../../domain/keys/DirectoryLog.ts"
import { Crypto } from "../../ports/Crypto.ts"
import { ProviderDirectory, type PublishedCertificate } from "../../ports/ProviderDirectory.ts"
import { byAddress, byAlias, type Kept, of, Tables } from "./ProviderTables.ts"

export const appendLog = Effect.fnUntraced(function*(
  { log }: typeof Tables.Service,
  crypto: Crypto["Service"],
  mark: string,
  fingerprint: string
) {
  const previous = log.at(-1) ?? GENESIS
  const entry = { seq: previous.seq + 1, at: yield* Clock.currentTimeMillis, mark, fingerprint }
  log.push({ ...entry, hash: Hex.encode(yield* crypto.sha256(entryBytes(previous.hash, entry))) })
  return entry.seq
})

const shown = (kept: Kept | undefined): PublishedCertificate | undefined => {
  if (kept?.published === undefined || kept.account.isDisabled) return undefined
  const { certificate, fingerprint, logged } = kept.published
  return { address: kept.account.address, certificate, fingerprint, logged }
}

const isEqual = (a: Uint8Array, b: Uint8Array): boolean => Hex.encode(a) === Hex.encode(b)

export const layer = Layer.effect(
  ProviderDirectory,
  Effect.gen(function*() {
    const tables = yield* Tables
    const crypto = yield* Crypto
    const find = (isIt: (kept: Kept) => boolean) =>
      Effect.sync(() => shown(Array.from(tables.accounts.values()).find(isIt)))
    return ProviderDirectory.of({
      publish: Effect.fnUntraced(function*(account, certificate) {
        const kept = yield* of(tables, "publish", account)
        if (kept.published !== undefined && isEqual(kept.published.certificate, certificate.certificate)) return
        const logged = yield* appendLog(tables, crypto, certificate.mark, certificate.fingerprint)
        kept.published = { ...certificate, logged }
      }),
      certificate: (address) =>
        Effect.sync(() => shown(byAddress(tables, address) ?? byAlias(tables, canonical(address)))),
      certificateByFingerprint: (fingerprint) => find(({ published }) => published?.fingerprint === fingerprint),
      certificateByHash: (name, hash) =>
        find(({ account, published }) => published?.wkdHash === hash && domain(account.address) === name),
      directoryLog: (after, limit) => Effect.sync(() => tables.log.slice(after, after + limit))
    })
  })
)
