/** Own keys and bindings between their documents and the tables of the key store. */
import { type Address } from "../../domain/account/Address.ts"
import type { BindingDocument, OwnKeysDocument } from "../../domain/document/Document.ts"
import type { Handle } from "./SqliteDatabase.ts"

type Binding = BindingDocument["binding"]["value"]
type CurrentKey = OwnKeysDocument["current"]["value"]

interface BindingRow {
  readonly certificate: Buffer
  readonly fingerprint: string
  readonly level: Binding["level"]
  readonly source: Binding["source"]
  readonly seen_at: number
}

const text = (bytes: Buffer): string => bytes.toString("base64url")
const bytes = (text: string): Buffer => Buffer.from(text, "base64url")

export const make = (db: Handle) => {
  const certificate = db.prepare("SELECT address, certificate FROM own_certificate")
  const secretKeys = db.prepare("SELECT secret_key FROM own_secret_key ORDER BY position").pluck()
  const putCertificate = db.prepare(
    "INSERT OR REPLACE INTO own_certificate (id, address, certificate) VALUES (1, ?, ?)"
  )
  const removeSecretKeys = db.prepare("DELETE FROM own_secret_key")
  const putSecretKey = db.prepare("INSERT INTO own_secret_key (position, secret_key) VALUES (?, ?)")
  const binding = db.prepare("SELECT * FROM binding WHERE address = ?")
  const putBinding = db.prepare(`INSERT OR REPLACE INTO binding
    (address, fingerprint, level, source, seen_at, certificate) VALUES (?, ?, ?, ?, ?, ?)`)

  return {
    ownKeys: (): { readonly current: CurrentKey; readonly older: ReadonlyArray<string> } | undefined => {
      const row = certificate.get() as { readonly address: Address; readonly certificate: Buffer } | undefined
      const [newest, ...older] = (secretKeys.all() as Array<Buffer>).map(text)
      return row === undefined || newest === undefined
        ? undefined
        : { current: { address: row.address, certificate: text(row.certificate), secretKey: newest }, older }
    },
    putOwnKeys: ({ current, secretKeys }: OwnKeysDocument): void => {
      const older = secretKeys.filter(({ value }) => value !== current.value.secretKey)
        .sort((a, b) => a.at < b.at ? 1 : -1)
      putCertificate.run(current.value.address, bytes(current.value.certificate))
      removeSecretKeys.run()
      for (const [position, key] of [current.value.secretKey, ...older.map(({ value }) => value)].entries()) {
        putSecretKey.run(position, bytes(key))
      }
    },
    binding: (address: string): Binding | undefined => {
      const row = binding.get(address) as BindingRow | undefined
      return row === undefined ? undefined : {
        certificate: text(row.certificate),
        fingerprint: row.fingerprint,
        level: row.level,
        source: row.source,
        seenAt: row.seen_at
      }
    },
    putBinding: ({ address, binding: { value } }: BindingDocument): void => {
      putBinding.run(address, value.fingerprint, value.level, value.source, value.seenAt, bytes(value.certificate))
    }
  }
}
export type ReplicaKeys = ReturnType<typeof make>
