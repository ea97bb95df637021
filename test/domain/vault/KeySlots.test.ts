import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import * as NodeCrypto from "../../../src/adapters/node-crypto/NodeCrypto.ts"
import * as Derive from "../../../src/domain/vault/Derive.ts"
import * as KeySlots from "../../../src/domain/vault/KeySlots.ts"
import * as RootSecret from "../../../src/domain/vault/RootSecret.ts"
import * as CheapPassphrases from "../../ports/CheapPassphrases.ts"

const slot = (secret: string, kind: KeySlots.SlotKind = "passphrase"): KeySlots.NewSlot => ({
  kind,
  label: "my laptop",
  secret: Redacted.make(secret),
  now: 1_700_000_000_000,
  isRandom: false
})

const start = Effect.gen(function*() {
  const secrets = { root: yield* RootSecret.makeRootSecret, databaseKey: yield* RootSecret.makeDatabaseKey }
  return { secrets, slots: yield* KeySlots.create(secrets, slot("correct horse")) }
})

layer(Layer.merge(NodeCrypto.layer, CheapPassphrases.layer))("KeySlots", (it) => {
  it.effect("opens with every slot's secret, and keeps both secrets", () =>
    Effect.gen(function*() {
      const { secrets, slots } = yield* start
      const more = yield* KeySlots.add(slots, secrets, slot("b1b2", "app-password"))
      for (const secret of ["correct horse", "b1b2"]) {
        const opened = yield* KeySlots.open(more, Redacted.make(secret))
        assert.deepStrictEqual(Redacted.value(opened.root), Redacted.value(secrets.root))
        assert.deepStrictEqual(Redacted.value(opened.databaseKey), Redacted.value(secrets.databaseKey))
      }
    }))

  it.effect("says which sentence where none opens", () =>
    Effect.gen(function*() {
      const { slots } = yield* start
      const error = yield* Effect.flip(KeySlots.open(slots, Redacted.make("wrong")))
      assert.strictEqual(error.message, "The passphrase opens none of the key slots")
      const narrowed = yield* Effect.flip(KeySlots.open(slots, Redacted.make("correct horse"), ["recovery"]))
      assert.strictEqual(narrowed._tag, "SlotRefused")
    }))

  it.effect("survives JSON, and shows no secret there", () =>
    Effect.gen(function*() {
      const { secrets, slots } = yield* start
      const text = yield* KeySlots.encodeKeySlots(slots)
      assert.notInclude(text, "correct horse")
      const opened = yield* KeySlots.open(yield* KeySlots.decodeKeySlots(text), Redacted.make("correct horse"))
      assert.deepStrictEqual(Redacted.value(opened.root), Redacted.value(secrets.root))
      assert.notInclude(String(opened.root) + JSON.stringify(opened.root), String(Redacted.value(secrets.root)))
    }))

  it.effect("refuses JSON with costs that would stop the machine, or with short fields", () =>
    Effect.gen(function*() {
      const { slots } = yield* start
      const text = yield* KeySlots.encodeKeySlots(slots)
      for (const bad of [text.replace("\"memoryKiB\":64", "\"memoryKiB\":64000000000"), text.slice(0, -1), "[]"]) {
        const error = yield* Effect.flip(KeySlots.decodeKeySlots(bad))
        assert.strictEqual(error._tag, "SchemaError")
      }
    }))

  it.effect("opens no slot that was relabelled", () =>
    Effect.gen(function*() {
      const { slots } = yield* start
      const changes: ReadonlyArray<Partial<KeySlots.KeySlot>> = [{ kind: "recovery" }, { id: "0".repeat(32) }]
      for (const change of changes) {
        const relabelled = { ...slots, slots: slots.slots.map((one) => ({ ...one, ...change })) }
        const error = yield* Effect.flip(KeySlots.open(relabelled, Redacted.make("correct horse")))
        assert.strictEqual(error._tag, "SlotRefused")
      }
    }))

  it.effect("revokes any slot but the last", () =>
    Effect.gen(function*() {
      const { secrets, slots } = yield* start
      const more = yield* KeySlots.add(slots, secrets, slot("second"))
      const left = yield* KeySlots.revoke(more, slots.slots[0]?.id ?? "")
      assert.strictEqual((yield* Effect.flip(KeySlots.open(left, Redacted.make("correct horse"))))._tag, "SlotRefused")
      yield* KeySlots.open(left, Redacted.make("second"))
      assert.strictEqual((yield* Effect.flip(KeySlots.revoke(left, left.slots[0]?.id ?? ""))).reason, "last")
      assert.strictEqual((yield* Effect.flip(KeySlots.revoke(left, "x"))).reason, "unknown")
    }))

  it.effect("derives another key for every purpose and id, and the same one again", () =>
    Effect.gen(function*() {
      const root = yield* RootSecret.makeRootSecret
      const ids = yield* Derive.idKeys(root)
      const keys = [
        ...Object.values(ids),
        yield* Derive.documentKey(root, "a"),
        yield* Derive.documentKey(root, "b"),
        yield* Derive.contentKey(root, "a")
      ].map((key) => String(Redacted.value(key)))
      assert.strictEqual(new Set(keys).size, keys.length)
      assert.strictEqual(String(Redacted.value(yield* Derive.documentKey(root, "a"))), keys[Object.keys(ids).length])
    }))
})
