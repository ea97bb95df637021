import { assert, layer } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import * as NodeCrypto from "../../src/adapters/node-crypto/NodeCrypto.ts"
import * as WebCrypto from "../../src/adapters/web-crypto/WebCrypto.ts"
import { PasswordHash } from "../../src/ports/PasswordHash.ts"
import { cryptoContract } from "./Crypto.contract.ts"

cryptoContract("node-crypto", NodeCrypto.layer)
cryptoContract("web-crypto", WebCrypto.layer)

layer(NodeCrypto.layer)("PasswordHash: node-crypto", (it) => {
  it.effect("derives (vector of the reference implementation: t=2, m=2^8, p=1)", () =>
    Effect.gen(function*() {
      const hash = yield* PasswordHash
      const key = yield* hash.argon2id(Redacted.make("password"), new TextEncoder().encode("somesalt"), {
        memoryKiB: 256,
        passes: 2,
        parallelism: 1
      })
      assert.strictEqual(
        Array.from(key, (byte) => byte.toString(16).padStart(2, "0")).join(""),
        "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe"
      )
    }))

  it.effect("refuses costs that Argon2 does not allow", () =>
    Effect.gen(function*() {
      const hash = yield* PasswordHash
      const cost = { memoryKiB: 1, passes: 0, parallelism: 1 }
      const error = yield* Effect.flip(hash.argon2id(Redacted.make("password"), new Uint8Array(16), cost))
      assert.strictEqual(error._tag, "PasswordHashError")
    }))
})
