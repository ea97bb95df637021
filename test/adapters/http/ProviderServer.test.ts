import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Redacted } from "effect"
import * as ProviderStoreMemory from "../../../src/adapters/memory/ProviderStoreMemory.ts"
import * as NodeCrypto from "../../../src/adapters/node-crypto/NodeCrypto.ts"
import { Address } from "../../../src/domain/account/Address.ts"
import { print } from "../../../src/domain/account/SessionToken.ts"
import { Crypto } from "../../../src/ports/Crypto.ts"
import { makeToken, serveProvider } from "../../ports/ProviderOverHttp.ts"
import { makeAccount, makeStore } from "../../ports/ProviderPorts.ts"
import * as SettableClock from "../../SettableClock.ts"
import { call, exchange } from "./RawHttp.ts"

const MEBIBYTE = 1024 * 1024

const bearer = (token: Redacted.Redacted<string>) => ({ authorization: `Bearer ${Redacted.value(token)}` })

const provider = Effect.gen(function*() {
  const store = yield* makeStore(ProviderStoreMemory.layer)
  const alice = yield* makeAccount(store, Address.make("alice@leap.test"))
  const bob = yield* makeAccount(store, Address.make("bob@leap.test"))
  return {
    store,
    url: yield* serveProvider(store),
    alice: { id: alice.id, headers: bearer(yield* makeToken(store, alice.id)) },
    bob: { id: bob.id, headers: bearer(yield* makeToken(store, bob.id)) }
  }
})

const tagOf = (body: string): unknown => (JSON.parse(body) as { readonly _tag?: unknown })._tag

const isHealthy = (url: string) => Effect.map(call(url, "/v1/health"), ({ body }) => body.includes(`"ok"`))

describe("ProviderServer, bodies", () => {
  it.live("refuses a body by its content-length, before it comes", () =>
    Effect.gen(function*() {
      const { alice, url } = yield* provider
      for (const path of ["/v1/push", "/v1/blobs/missing", "/v1/blobs/write", "/v1/login/start"]) {
        const headers = {
          ...alice.headers,
          "content-length": String(65 * MEBIBYTE),
          "content-type": "application/json"
        }
        const { body, status } = yield* call(url, path, { method: "POST", headers })
        assert.strictEqual(status, 413, path)
        assert.strictEqual(tagOf(body), "TooLarge")
      }
    }))

  it.live("stops reading a body without end", () =>
    Effect.gen(function*() {
      const { url } = yield* provider
      const chunk = `4000\r\n${" ".repeat(0x4000)}\r\n`
      const { status } = yield* exchange(
        url,
        "POST /v1/login/start HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n" +
          `content-type: application/json\r\n\r\n${chunk.repeat(64)}`,
        (text) => text.includes("\r\n\r\n")
      )
      assert.strictEqual(status, 413)
      assert.isTrue(yield* isHealthy(url))
    }))

  it.live("takes a batch up to the bound and refuses one above it", () =>
    Effect.gen(function*() {
      const { alice, url } = yield* provider
      const sealed = Buffer.alloc(MEBIBYTE, 1).toString("base64")
      const push = (count: number) =>
        call(url, "/v1/push", {
          method: "POST",
          headers: alice.headers,
          body: JSON.stringify({
            batch: `batch-${count}`,
            documents: Array.from({ length: count }, (_, index) => ({ id: `${count}-${index}`, parent: 0, sealed }))
          })
        })
      assert.strictEqual((yield* push(8)).status, 200)
      assert.strictEqual((yield* push(9)).status, 413)
    }))

  it.live("answers what it cannot read with a sentence, and keeps no secret in it", () =>
    Effect.gen(function*() {
      const { alice, store, url } = yield* provider
      const document = (fields: object) =>
        JSON.stringify({ batch: "b", documents: [{ id: "a", parent: 0, sealed: "", ...fields }] })
      const bodies = [
        "{",
        "[]",
        "null",
        "\"\"",
        `{"batch":"b"}`,
        "[".repeat(100_000),
        document({ id: "" }),
        document({ id: "a b" }),
        document({ id: "i".repeat(129) }),
        document({ id: "\u0000" }),
        document({ id: 7 }),
        document({ parent: -1 }),
        document({ parent: 0.5 }),
        document({ parent: 2 ** 53 }),
        document({ sealed: "not base64!" }),
        document({ sealed: "QUJ" })
      ]
      for (const body of bodies) {
        const answer = yield* call(url, "/v1/push", { method: "POST", headers: alice.headers, body })
        assert.strictEqual(answer.status, 400, body.slice(0, 80))
        assert.strictEqual(tagOf(answer.body), "Malformed")
        assert.notMatch(answer.body, /\bat \w|node_modules|\.ts|Expected/, "no stack, no schema")
      }
      const headers = { ...alice.headers, "content-type": "application/octet-stream" }
      for (const body of ["\u0005name", "\u0001a\u0000\u0000\u0000\u0009x", "\u0001\u0000\u0000\u0000\u0000\u0000"]) {
        const answer = yield* call(url, "/v1/blobs/write", { method: "POST", headers, body })
        assert.strictEqual(answer.status, 400)
        assert.strictEqual(tagOf(answer.body), "Malformed")
      }
      assert.strictEqual((yield* store.pull(alice.id, 0, 10)).generation, 0)
    }))
})

describe("ProviderServer, sessions", () => {
  it.live("opens to no token but a living one", () =>
    Effect.gen(function*() {
      const { alice, store, url } = yield* provider
      const crypto = yield* Crypto
      const secret = "o".repeat(43)
      const old = print({ account: alice.id, secret })
      yield* store.addSession(alice.id, yield* crypto.sha256(new TextEncoder().encode(secret)), {
        id: "old",
        device: "old",
        createdAt: 0,
        expiresAt: 1
      })
      const wrong = [
        {},
        { authorization: "" },
        { authorization: "Bearer" },
        { authorization: "Bearer " },
        { authorization: `Bearer ${"x".repeat(43)}` },
        { authorization: `Bearer 1.${"x".repeat(43)}` },
        { authorization: alice.headers.authorization.replace(" 1.", " 9.") },
        { authorization: `Bearer ${"x".repeat(10_000)}` },
        { authorization: `Bearer ${old}` },
        { authorization: alice.headers.authorization.replace("Bearer", "Basic") },
        { authorization: `${alice.headers.authorization}a` }
      ]
      for (const headers of wrong) {
        const answer = yield* call(url, "/v1/pull?since=0&limit=10", { headers })
        assert.strictEqual(answer.status, 401, JSON.stringify(headers))
        assert.strictEqual(tagOf(answer.body), "Unauthorized")
        assert.match(answer.headers, /^www-authenticate: Bearer/im)
      }
      assert.strictEqual((yield* call(url, "/v1/pull?since=0&limit=10", alice)).status, 200)
    }).pipe(Effect.provide(NodeCrypto.layer)))

  it.live("lets nobody out where its clock is set ahead by months while it runs", () =>
    Effect.gen(function*() {
      const wall = yield* SettableClock.make
      yield* Effect.gen(function*() {
        const { alice, store, url } = yield* provider
        const crypto = yield* Crypto
        const secret = "n".repeat(43)
        const createdAt = yield* Clock.currentTimeMillis
        yield* store.addSession(alice.id, yield* crypto.sha256(new TextEncoder().encode(secret)), {
          id: "new",
          device: "new",
          createdAt,
          expiresAt: createdAt + 60_000
        })
        const headers = { authorization: `Bearer ${print({ account: alice.id, secret })}` }
        const pull = Effect.map(call(url, "/v1/pull?since=0&limit=10", { headers }), ({ status }) => status)
        wall.set(100 * 86_400_000)
        assert.strictEqual(yield* pull, 200)
        wall.set(0)
        assert.strictEqual(yield* pull, 200)
      }).pipe(Effect.provideService(Clock.Clock, wall.clock))
    }).pipe(Effect.provide(NodeCrypto.layer)))

  it.live("shows one account nothing of another", () =>
    Effect.gen(function*() {
      const { alice, bob, store, url } = yield* provider
      const secret = new TextEncoder().encode("of alice alone")
      yield* store.push(alice.id, "batch", [{ id: "document", parent: 0, sealed: secret }])
      yield* store.putBlob(alice.id, "blob", secret)
      const item = yield* store.enqueue(alice.id, secret, 1000)
      const get = (path: string) => call(url, path, bob)
      assert.strictEqual((yield* get("/v1/blobs/blob")).status, 404)
      assert.strictEqual((yield* get(`/v1/incoming/${item.id}`)).status, 404)
      assert.include((yield* get("/v1/pull?since=0&limit=10")).body, `"documents":[]`)
      assert.strictEqual((yield* get("/v1/incoming?limit=10")).body, "[]")
      const missing = yield* call(url, "/v1/blobs/missing", { ...bob, method: "POST", body: `{"ids":["blob"]}` })
      assert.strictEqual(missing.body, `["blob"]`)
      yield* call(url, "/v1/incoming/acknowledge", { ...bob, method: "POST", body: JSON.stringify({ ids: [item.id] }) })
      assert.deepStrictEqual(yield* store.incoming(alice.id, 10), [item])
    }))

  it.live("bounds the calls of one account at once, feeds among them, and lets others in", () =>
    Effect.gen(function*() {
      const { alice, bob, url } = yield* provider
      const feed = `GET /v1/feed HTTP/1.1\r\nhost: x\r\nauthorization: ${alice.headers.authorization}\r\n\r\n`
      // The response is kept: one that nobody holds is ended when its memory is taken back.
      const listen = Effect.promise(async () => {
        const controller = new AbortController()
        return {
          controller,
          response: await fetch(`${url}/v1/feed`, { headers: alice.headers, signal: controller.signal })
        }
      })
      const feeds = yield* Effect.forEach(Array.from({ length: 64 }), () => listen, { concurrency: 8 })
      const refused = yield* exchange(url, feed, (text) => text.includes("}"))
      assert.strictEqual(refused.status, 429)
      assert.strictEqual(tagOf(refused.body), "TooMany")
      assert.strictEqual((yield* call(url, "/v1/incoming?limit=1", bob)).status, 200)
      for (const { controller, response } of feeds) {
        assert.strictEqual(response.status, 200)
        controller.abort()
      }
      const isFree = Effect.map(call(url, "/v1/incoming?limit=1", alice), ({ status }) => status === 200)
      yield* Effect.repeat(isFree, { until: (free) => free, times: 100 })
      assert.isTrue(yield* isFree)
    }))
})
