/** Own keys and bindings between their documents and the tables of the key store. */
import { type Address } from "../../domain/account/Address.ts"
import type { LocalUses } from "../../domain/document/Change.ts"
import type {
  BindingDocument,
  CandidateDocument,
  OwnKeysDocument,
  WishDocument
} from "../../domain/document/Document.ts"
import { bindingValues, candidateValues, PUT_BINDING, PUT_CANDIDATE } from "./KeyRows.ts"
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

type Candidate = NonNullable<CandidateDocument["shown"]["value"]>

interface CandidateRow extends BindingRow {
  readonly reason: Candidate["reason"]
  readonly told: number
  readonly state: Candidate["state"]
}

const text = (bytes: Buffer): string => bytes.toString("base64url")
const bytes = (text: string): Buffer => Buffer.from(text, "base64url")

const shown = (row: BindingRow): Binding => ({
  certificate: text(row.certificate),
  fingerprint: row.fingerprint,
  level: row.level,
  source: row.source,
  seenAt: row.seen_at
})

export const make = (db: Handle) => {
  const certificate = db.prepare("SELECT address, certificate FROM own_certificate")
  const secretKeys = db.prepare("SELECT secret_key FROM own_secret_key ORDER BY position").pluck()
  const putCertificate = db.prepare(
    "INSERT OR REPLACE INTO own_certificate (id, address, certificate) VALUES (1, ?, ?)"
  )
  const removeSecretKeys = db.prepare("DELETE FROM own_secret_key")
  const putSecretKey = db.prepare("INSERT INTO own_secret_key (position, secret_key) VALUES (?, ?)")
  const revocations = db.prepare("SELECT revocation FROM own_revocation ORDER BY position").pluck()
  const removeRevocations = db.prepare("DELETE FROM own_revocation")
  const putRevocation = db.prepare("INSERT INTO own_revocation (position, revocation) VALUES (?, ?)")
  const uses = db.prepare("SELECT fingerprint FROM key_use WHERE address = ? AND use = ? ORDER BY fingerprint").pluck()
  const putUse = db.prepare("INSERT OR IGNORE INTO key_use (address, fingerprint, use) VALUES (?, ?, ?)")
  const candidate = db.prepare("SELECT * FROM key_candidate WHERE address = ? AND fingerprint = ?")
  const putCandidate = db.prepare(PUT_CANDIDATE)
  const dropCandidate = db.prepare("DELETE FROM key_candidate WHERE address = ? AND fingerprint = ?")
  const binding = db.prepare("SELECT * FROM binding WHERE address = ?")
  const putBinding = db.prepare(PUT_BINDING)

  const wish = db.prepare("SELECT wish FROM send_wish WHERE address = ?").pluck()
  const putWish = db.prepare("INSERT OR REPLACE INTO send_wish (address, wish) VALUES (?, ?)")
  const dropWish = db.prepare("DELETE FROM send_wish WHERE address = ?")

  return {
    wish: (address: string) => (wish.get(address) ?? null) as WishDocument["wish"]["value"],
    putWish: ({ address, wish: { value } }: WishDocument): void => {
      if (value === null) dropWish.run(address ?? "")
      else putWish.run(address ?? "", value)
    },
    ownKeys: (): {
      readonly current: CurrentKey
      readonly older: ReadonlyArray<string>
      readonly revocations: ReadonlyArray<string>
    } | undefined => {
      const row = certificate.get() as { readonly address: Address; readonly certificate: Buffer } | undefined
      const [newest, ...older] = (secretKeys.all() as Array<Buffer>).map(text)
      return row === undefined || newest === undefined
        ? undefined
        : {
          current: { address: row.address, certificate: text(row.certificate), secretKey: newest },
          older,
          revocations: (revocations.all() as Array<Buffer>).map(text)
        }
    },
    putOwnKeys: ({ current, revocations = [], secretKeys }: OwnKeysDocument): void => {
      const older = secretKeys.filter(({ value }) => value !== current.value.secretKey)
        .sort((a, b) => a.at < b.at ? 1 : -1)
      putCertificate.run(current.value.address, bytes(current.value.certificate))
      removeSecretKeys.run()
      for (const [position, key] of [current.value.secretKey, ...older.map(({ value }) => value)].entries()) {
        putSecretKey.run(position, bytes(key))
      }
      removeRevocations.run()
      for (const [position, one] of revocations.entries()) putRevocation.run(position, bytes(one))
    },
    binding: (address: string): Binding | undefined => {
      const row = binding.get(address) as BindingRow | undefined
      return row === undefined ? undefined : shown(row)
    },
    putBinding: ({ address, binding: { value }, encryptedTo = [], verifiedWith = [] }: BindingDocument): void => {
      putBinding.run(...bindingValues({ ...value, address, certificate: bytes(value.certificate) }))
      for (const fingerprint of encryptedTo) putUse.run(address, fingerprint, "encrypt")
      for (const fingerprint of verifiedWith) putUse.run(address, fingerprint, "verify")
    },
    uses: (address: string): LocalUses => ({
      encryptedTo: uses.all(address, "encrypt") as Array<string>,
      verifiedWith: uses.all(address, "verify") as Array<string>
    }),
    candidate: (address: string, fingerprint: string): Candidate | null => {
      const row = candidate.get(address, fingerprint) as CandidateRow | undefined
      return row === undefined
        ? null
        : { ...shown(row), reason: row.reason, told: row.told === 1, state: row.state }
    },
    putCandidate: ({ address, fingerprint, shown: { value } }: CandidateDocument): void => {
      if (value === null) dropCandidate.run(address, fingerprint)
      else {
        putCandidate.run(...candidateValues({ ...value, address, fingerprint, certificate: bytes(value.certificate) }))
      }
    }
  }
}
export type ReplicaKeys = ReturnType<typeof make>
