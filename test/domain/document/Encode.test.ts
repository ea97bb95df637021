import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Redacted, Schema } from "effect"
import * as NodeCrypto from "../../../src/adapters/node-crypto/NodeCrypto.ts"
import type { Document } from "../../../src/domain/document/Document.ts"
import { documentId, messageBlob } from "../../../src/domain/document/DocumentId.ts"
import { decode, encode } from "../../../src/domain/document/Encode.ts"
import { DeviceId, initial } from "../../../src/domain/document/Hlc.ts"
import { isRolledBack } from "../../../src/domain/document/Rollback.ts"
import { EmailId } from "../../../src/domain/mailbox/Mailbox.ts"
import { idKeys } from "../../../src/domain/vault/Derive.ts"
import { kinds, Sketch, toDocument } from "./Documents.ts"

const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))

describe("decode", () => {
  for (const kind of kinds) {
    it.effect.prop(`reads the ${kind} that was written`, { sketch: Sketch }, ({ sketch }) =>
      Effect.gen(function*() {
        const document = toDocument(kind, sketch)
        assert.deepStrictEqual(yield* decode("id", encode(document)), document)
      }))
  }

  it.effect.prop("never dies of bytes", { bytes: Schema.Uint8Array }, ({ bytes }) =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(decode("id", bytes))
      assert.strictEqual(error.reason, "malformed")
    }))

  it.effect("tells a newer form from a broken one", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* Effect.flip(decode("id", bytesOf({ version: 2, later: {} })))).reason, "newer")
      const broken = { version: 1, document: { _tag: "message", email: "no id!", size: 1 } }
      assert.strictEqual((yield* Effect.flip(decode("id", bytesOf(broken)))).reason, "malformed")
    }))
})

describe("a document of a kind that is not known", () => {
  it.effect("is kept as it was written", () =>
    Effect.gen(function*() {
      const written = { version: 1, document: { _tag: "filter", rule: [{ later: true }] } }
      assert.deepStrictEqual(yield* decode("id", bytesOf(written)), {
        _tag: "unknown",
        kind: "filter",
        text: JSON.stringify(written)
      })
    }))

  it.effect("has a name that may stand in a log, and none of what every object has", () =>
    Effect.gen(function*() {
      for (const _tag of ["", "a b", "a\n", "x".repeat(65), 7, null, undefined]) {
        const written = bytesOf({ version: 1, document: { _tag } })
        assert.strictEqual((yield* Effect.flip(decode("id", written))).reason, "malformed")
      }
      const { _tag } = yield* decode("id", bytesOf({ version: 1, document: { _tag: "constructor" } }))
      assert.strictEqual(_tag, "unknown")
    }))
})

describe("isRolledBack", () => {
  it.each([
    [0, { generation: 5, parent: 0 }, false],
    [5, { generation: 5, parent: 0 }, false],
    [5, { generation: 9, parent: 5 }, false],
    [5, { generation: 9, parent: 7 }, false],
    [5, { generation: 4, parent: 0 }, true],
    [5, { generation: 9, parent: 4 }, true]
  ])("knows %i, is shown %o: %s", (known, remote, expected) => {
    assert.strictEqual(isRolledBack(known, remote), expected)
  })
})

layer(NodeCrypto.layer)("ids", (it) => {
  it.effect("are keyed, and the same wherever the root secret is", () =>
    Effect.gen(function*() {
      const keys = yield* idKeys(Redacted.make(new Uint8Array(32).fill(1)))
      const again = yield* idKeys(Redacted.make(new Uint8Array(32).fill(1)))
      const others = yield* idKeys(Redacted.make(new Uint8Array(32).fill(2)))
      const email = EmailId.make("E1")
      const exists = { value: true, at: initial(DeviceId.make("a")) }
      const document: Document = { _tag: "message", email, size: 1, exists }
      const id = yield* documentId(keys, document)
      assert.match(id, /^[A-Za-z0-9_-]{43}$/)
      assert.strictEqual(id, yield* documentId(again, document))
      assert.notStrictEqual(id, yield* documentId(others, document))
      assert.notStrictEqual(id, yield* messageBlob(keys, { email }))
    }))
})
