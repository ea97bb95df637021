/** Key slots, as in LUKS: each wraps the same secrets under another passphrase, and each can be revoked alone. */
import { Effect, Option, Redacted, Schema } from "effect"
import { Crypto } from "../../ports/Crypto.ts"
import { type Argon2Cost, PassphraseCost, PasswordHash, type PasswordHashError } from "../../ports/PasswordHash.ts"
import { type DatabaseKey, type RootSecret, SECRET_BYTES } from "./RootSecret.ts"

export const MAX_SLOTS = 64 // every attempt to open costs an Argon2 for each
const MAX_MEMORY_KIB = 4 * 1024 * 1024
const SALT_BYTES = 16
const NONCE_BYTES = 12
const WRAPPED_BYTES = 2 * SECRET_BYTES + 16

export const SlotKind = Schema.Literals(["passphrase", "app-password", "recovery", "service"])
export type SlotKind = typeof SlotKind.Type

const bytes = (length: number) =>
  Schema.Uint8ArrayFromBase64Url.check(
    Schema.makeFilter((value: Uint8Array) => value.length === length || `expected ${length} bytes`)
  )

const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

const KdfCost = Schema.Struct({
  memoryKiB: between(8, MAX_MEMORY_KIB),
  passes: between(1, 64),
  parallelism: between(1, 16)
})

export const KeySlot = Schema.Struct({
  id: Schema.String.check(Schema.isPattern(/^[0-9a-f]{32}$/)),
  kind: SlotKind,
  label: Schema.String.check(Schema.isMaxLength(200)),
  /** Milliseconds. */
  created: Schema.Int,
  kdf: Schema.Struct({ ...KdfCost.fields, salt: bytes(SALT_BYTES) }),
  nonce: bytes(NONCE_BYTES),
  wrapped: bytes(WRAPPED_BYTES)
})
export type KeySlot = typeof KeySlot.Type

export const VERSION = 1

/** Its encoded side is plain JSON; the file that holds it needs no protection of its own. */
export const KeySlots = Schema.Struct({
  version: Schema.Literal(VERSION),
  slots: Schema.Array(KeySlot).check(Schema.isMaxLength(MAX_SLOTS))
})
export type KeySlots = typeof KeySlots.Type

export const decodeKeySlots = Schema.decodeUnknownEffect(Schema.fromJsonString(KeySlots))
export const encodeKeySlots = Schema.encodeEffect(Schema.fromJsonString(KeySlots))

export class SlotRefused extends Schema.TaggedError<SlotRefused>()("SlotRefused", {}) {
  override get message(): string {
    return "The passphrase opens none of the key slots"
  }
}

export class SlotNotChanged extends Schema.TaggedError<SlotNotChanged>()("SlotNotChanged", {
  reason: Schema.Literals(["unknown", "last", "full"])
}) {
  override get message(): string {
    switch (this.reason) {
      case "unknown":
        return "There is no key slot with this id; list the slots to see which there are"
      case "last":
        return "This is the last key slot; add another before revoking it, or the mail is lost"
      case "full":
        return `There are already ${MAX_SLOTS} key slots; revoke one that is no longer used`
    }
  }
}

/** What every slot holds. */
export interface VaultSecrets {
  readonly root: RootSecret
  readonly databaseKey: DatabaseKey
}

export interface NewSlot {
  readonly kind: SlotKind
  readonly label: string
  readonly secret: Redacted.Redacted<string>
  /** Milliseconds. */
  readonly now: number
  /** It has 128 bits of its own or more: guessing it needs no slowing down. */
  readonly isRandom: boolean
}

/** Made app passwords, the account's own key, service credentials. */
const RANDOM_SECRET_COST: Argon2Cost = { memoryKiB: 8192, passes: 1, parallelism: 1 }

/** Every field has a fixed alphabet without the separator. */
const associated = (id: string, kind: SlotKind, version: number): Uint8Array =>
  new TextEncoder().encode(`leap-mail key slot\0${version}\0${kind}\0${id}`)

const hex = (value: Uint8Array): string => Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("")

const makeSlot = Effect.fnUntraced(function*(secrets: VaultSecrets, slot: NewSlot) {
  const crypto = yield* Crypto
  const hash = yield* PasswordHash
  const cost = slot.isRandom ? RANDOM_SECRET_COST : yield* PassphraseCost
  const id = hex(yield* crypto.randomBytes(16))
  const salt = yield* crypto.randomBytes(SALT_BYTES)
  const nonce = yield* crypto.randomBytes(NONCE_BYTES)
  const key = yield* hash.argon2id(slot.secret, salt, cost)
  const plain = new Uint8Array(2 * SECRET_BYTES)
  plain.set(Redacted.value(secrets.root), 0)
  plain.set(Redacted.value(secrets.databaseKey), SECRET_BYTES)
  const wrapped = yield* Effect.orDie(crypto.aeadSeal(key, nonce, plain, associated(id, slot.kind, 1)))
  const made: KeySlot = {
    id,
    kind: slot.kind,
    label: slot.label.slice(0, 200),
    created: slot.now,
    kdf: { ...cost, salt },
    nonce,
    wrapped
  }
  return made
})

/** The slots of a new account. */
export const create = Effect.fn("KeySlots.create")(function*(secrets: VaultSecrets, first: NewSlot) {
  const slots: KeySlots = { version: VERSION, slots: [yield* makeSlot(secrets, first)] }
  return slots
})

/** One more slot for the same secrets, which `open` gave. */
export const add = Effect.fn("KeySlots.add")(function*(self: KeySlots, secrets: VaultSecrets, slot: NewSlot) {
  if (self.slots.length >= MAX_SLOTS) return yield* new SlotNotChanged({ reason: "full" })
  const next: KeySlots = { ...self, slots: [...self.slots, yield* makeSlot(secrets, slot)] }
  return next
})

export interface Opened extends VaultSecrets {
  readonly slot: KeySlot
}

/** Tries the slots in order; `kinds` narrows them where the caller knows what kind of secret it was given. */
export const open: (
  self: KeySlots,
  secret: Redacted.Redacted<string>,
  kinds?: ReadonlyArray<SlotKind>
) => Effect.Effect<Opened, SlotRefused | PasswordHashError, Crypto | PasswordHash> = Effect.fn("KeySlots.open")(
  function*(self, secret, kinds) {
    const crypto = yield* Crypto
    const hash = yield* PasswordHash
    for (const slot of self.slots) {
      if (kinds !== undefined && !kinds.includes(slot.kind)) continue
      const key = yield* hash.argon2id(secret, slot.kdf.salt, slot.kdf)
      const plain = yield* Effect.option(
        crypto.aeadOpen(key, slot.nonce, slot.wrapped, associated(slot.id, slot.kind, self.version))
      )
      if (Option.isSome(plain)) {
        const root: RootSecret = Redacted.make(plain.value.slice(0, SECRET_BYTES), { label: "root secret" })
        const databaseKey: DatabaseKey = Redacted.make(plain.value.slice(SECRET_BYTES), { label: "database key" })
        return { slot, root, databaseKey }
      }
    }
    return yield* new SlotRefused()
  }
)

/** Without the slot: whoever kept an old copy of the slots and its secret can still open what he had then. */
export const revoke = Effect.fnUntraced(function*(self: KeySlots, id: string) {
  if (!self.slots.some((slot) => slot.id === id)) return yield* new SlotNotChanged({ reason: "unknown" })
  if (self.slots.length === 1) return yield* new SlotNotChanged({ reason: "last" })
  const next: KeySlots = { ...self, slots: self.slots.filter((slot) => slot.id !== id) }
  return next
})
