/** An account's keys for a command: beside a running `leap-mail serve`, which finds what was changed at its next look. */
import { Effect, FileSystem, Layer, type Redacted, Schema } from "effect"
import * as KeyStoreSqlite from "../adapters/sqlite/KeyStoreSqlite.ts"
import type { KeyAlgorithm } from "../domain/keys/KeyAlgorithm.ts"
import { makeMissing, publish } from "../domain/keys/OwnKeys.ts"
import { KeyStore } from "../ports/KeyStore.ts"
import type { AccountFolder } from "./AccountFolder.ts"
import * as KeyLookups from "./KeyLookups.ts"
import * as MailFile from "./MailFile.ts"
import * as ProviderLink from "./ProviderLink.ts"
import { type Unlocked, unlockHere, unlockOnline } from "./Unlock.ts"

type Secret = Redacted.Redacted<string>

export class KeysMissing extends Schema.TaggedError<KeysMissing>()("KeysMissing", { address: Schema.String }) {
  override get message(): string {
    return `${this.address} has no key yet: open it once with \`leap-mail serve\``
  }
}

const layerStore = (unlocked: Unlocked) => Layer.provide(KeyStoreSqlite.layer, MailFile.layer(unlocked))

/** Without the network. */
export const inKeys = Effect.fn("AccountKeys.inKeys")(function*<A, E, R>(
  account: AccountFolder,
  passphrase: Secret,
  act: Effect.Effect<A, E, R>
) {
  const store = layerStore(yield* unlockHere(account, passphrase, true))
  return yield* Effect.provide(act, Layer.merge(store, KeyLookups.layer))
})

export const ownKeys = Effect.fn("AccountKeys.ownKeys")(function*({ facts: { address } }: AccountFolder) {
  const store = yield* KeyStore
  return (yield* store.own) ?? (yield* new KeysMissing({ address }))
})

/** Where others look for it. Fails where the provider cannot be reached: `leap-mail serve` does the same every day. */
export const publishNow = Effect.fn("AccountKeys.publishNow")(function*(account: AccountFolder, passphrase: Secret) {
  const unlocked = yield* unlockOnline(account, passphrase)
  const { provider, token } = unlocked.online
  const store = layerStore(unlocked)
  yield* Effect.flatMap(ownKeys(account), publish).pipe(
    Effect.provide(Layer.merge(store, ProviderLink.layerSession(provider, token)))
  )
})

/** The first one of an account that was just made here, so that mail can come before it is ever opened. */
export const makeFirst = Effect.fn("AccountKeys.makeFirst")(function*(
  account: AccountFolder,
  passphrase: Secret,
  algorithm: KeyAlgorithm
) {
  yield* inKeys(account, passphrase, makeMissing(account.facts.address, algorithm))
  yield* publishNow(account, passphrase)
})

export class KeysError extends Schema.TaggedError<KeysError>()("KeysError", { reason: Schema.String }) {
  override get message(): string {
    return this.reason
  }
}

export const readFile = Effect.fnUntraced(function*(file: string) {
  const fs = yield* FileSystem.FileSystem
  return yield* fs.readFile(file).pipe(
    Effect.catchReason("PlatformError", "NotFound", () => new KeysError({ reason: `There is no file ${file}` })),
    Effect.catchTag(
      "PlatformError",
      ({ message }) => new KeysError({ reason: `${file} cannot be read: ${message}` })
    )
  )
})

/** For its owner's eyes; never over another file. */
export const writeFile = Effect.fnUntraced(function*(file: string, bytes: Uint8Array) {
  const fs = yield* FileSystem.FileSystem
  yield* fs.writeFile(file, bytes, { flag: "wx", mode: 0o600 }).pipe(
    Effect.catchReason(
      "PlatformError",
      "AlreadyExists",
      () => new KeysError({ reason: `${file} is there already, and stays as it is: choose another name` })
    ),
    Effect.catchTag(
      "PlatformError",
      ({ message }) => new KeysError({ reason: `${file} cannot be written: ${message}` })
    )
  )
})
