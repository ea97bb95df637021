import { assert, layer } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import * as NodeCrypto from "../../../src/adapters/node-crypto/NodeCrypto.ts"
import { Address } from "../../../src/domain/account/Address.ts"
import { makeRootSecret } from "../../../src/domain/vault/RootSecret.ts"
import { unwrapRoot, wrapRoot } from "../../../src/domain/vault/WrappedRoot.ts"

const alice = Address.make("alice@leap.test")
const exportKey = Redacted.make(new Uint8Array(64).fill(9))

layer(NodeCrypto.layer)("WrappedRoot", (it) => {
  it.effect("opens with the export key, and shows nothing of the secret", () =>
    Effect.gen(function*() {
      const root = yield* makeRootSecret
      const wrapped = yield* wrapRoot(root, alice, exportKey)
      const opened = yield* unwrapRoot(wrapped, alice, exportKey)
      assert.deepStrictEqual(Redacted.value(opened), Redacted.value(root))
      const again = yield* wrapRoot(root, alice, exportKey)
      assert.notDeepEqual(again, wrapped)
      assert.notInclude(Buffer.from(wrapped).toString("hex"), Buffer.from(Redacted.value(root)).toString("hex"))
    }))

  it.effect("refuses another account, another key, and every changed byte", () =>
    Effect.gen(function*() {
      const wrapped = yield* wrapRoot(yield* makeRootSecret, alice, exportKey)
      const attempts = [
        unwrapRoot(wrapped, Address.make("bob@leap.test"), exportKey),
        unwrapRoot(wrapped, alice, Redacted.make(new Uint8Array(64))),
        unwrapRoot(wrapped.subarray(0, wrapped.length - 1), alice, exportKey),
        unwrapRoot(new Uint8Array(0), alice, exportKey),
        ...Array.from(wrapped, (byte, index) => unwrapRoot(wrapped.with(index, byte ^ 1), alice, exportKey))
      ]
      for (const attempt of attempts) {
        assert.strictEqual((yield* Effect.flip(attempt))._tag, "WrappedRootRefused")
      }
    }))
})
