/** What anybody may ask a provider: certificates by four names, and the log of their changes. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Hex } from "effect/encoding"
import * as NodeCrypto from "../../../src/adapters/node-crypto/NodeCrypto.ts"
import { Address } from "../../../src/domain/account/Address.ts"
import { entryBytes, follow, GENESIS, LogEntry, markBytes } from "../../../src/domain/keys/DirectoryLog.ts"
import { wkdHash } from "../../../src/domain/keys/WebKeyDirectory.ts"
import { Crypto } from "../../../src/ports/Crypto.ts"
import { makeDevice, makeProvider } from "../../domain/Correspondents.ts"
import { serveProvider } from "../../ports/ProviderOverHttp.ts"
import { call } from "./RawHttp.ts"

const at = (name: string) => Address.make(`${name}@leap.test`)

const start = Effect.gen(function*() {
  const provider = yield* makeProvider
  const ann = yield* makeDevice(provider, at("ann"))
  yield* provider.store.addAlias(ann.account.id, at("info"))
  const url = yield* serveProvider(provider.store, { version: 1, domains: ["leap.test"], submission: { port: 587 } })
  const certificate = Buffer.from(ann.keys.certificate).toString("latin1")
  return { ann, certificate, provider, url }
})

const hashOf = (local: string) => Effect.provide(wkdHash(local), NodeCrypto.layer)

const Answer = Schema.fromJsonString(Schema.Struct({ address: Schema.String, openpgp: Schema.String }))
const Mark = Schema.fromJsonString(
  Schema.Struct({ salt: Schema.String, mark: Schema.String, fingerprint: Schema.String, logged: Schema.Int })
)

describe("the directory over HTTP", () => {
  it.live("Web Key Directory: both methods, the policy, aliases by their local part; nothing for others", () =>
    Effect.gen(function*() {
      const { certificate, url } = yield* start
      const [ann, info, bob] = [yield* hashOf("ann"), yield* hashOf("info"), yield* hashOf("bob")]
      const host = { host: "leap.test:443" }
      const found = [
        yield* call(url, `/.well-known/openpgpkey/leap.test/hu/${ann}?l=ann`),
        yield* call(url, `/.well-known/openpgpkey/LEAP.test/hu/${ann}`),
        yield* call(url, `/.well-known/openpgpkey/leap.test/hu/${info}?l=Info`),
        yield* call(url, `/.well-known/openpgpkey/hu/${ann}?l=Ann`, { headers: host })
      ]
      for (const { body, headers, status } of found) {
        assert.strictEqual(status, 200)
        assert.strictEqual(body, certificate)
        assert.match(headers, /^content-type: application\/octet-stream\r$/im)
        assert.match(headers, /^access-control-allow-origin: \*\r$/im)
      }
      for (
        const [path, headers] of [["/.well-known/openpgpkey/leap.test/policy", {}], [
          "/.well-known/openpgpkey/policy",
          host
        ]] as const
      ) {
        const { body, status } = yield* call(url, path, { headers })
        assert.deepStrictEqual([status, body], [200, ""])
      }
      for (
        const path of [
          `/.well-known/openpgpkey/leap.test/hu/${bob}?l=bob`,
          `/.well-known/openpgpkey/leap.test/hu/${bob}?l=ann`,
          `/.well-known/openpgpkey/else.test/hu/${ann}?l=ann`,
          `/.well-known/openpgpkey/hu/${ann}?l=ann`,
          "/.well-known/openpgpkey/leap.test/hu/..%2f..",
          "/.well-known/openpgpkey/leap.test/hu/",
          "/.well-known/openpgpkey/leap.test/hu",
          "/.well-known/openpgpkey/else.test/policy",
          "/.well-known/openpgpkey/"
        ]
      ) assert.strictEqual((yield* call(url, path)).status, 404, path)
    }))

  it.live("by address and by fingerprint, as the nickserver answered, and as octets", () =>
    Effect.gen(function*() {
      const { certificate, provider, url } = yield* start
      const published = yield* provider.store.certificate(at("ann"))
      const fingerprint = published?.fingerprint ?? ""
      for (
        const query of [
          "address=ann@leap.test",
          "address=Info%2Bx%40leap.test",
          `fingerprint=${fingerprint.toLowerCase()}`
        ]
      ) {
        const { body, status } = yield* call(url, `/?${query}`)
        assert.strictEqual(status, 200, query)
        const answer = yield* Schema.decodeUnknownEffect(Answer)(body)
        assert.strictEqual(answer.address, "ann@leap.test")
        assert.match(answer.openpgp, /^-----BEGIN PGP PUBLIC KEY BLOCK-----/)
      }
      assert.strictEqual((yield* call(url, `/v1/fingerprints/${fingerprint}`)).body, certificate)
      assert.strictEqual((yield* call(url, "/?address=bob@leap.test")).status, 404)
      for (const query of ["", "?address=x", "?fingerprint=12", "?address=ann@leap.test&address=bob@leap.test"]) {
        assert.include([400, 200], (yield* call(url, `/${query}`)).status, query)
      }
      assert.strictEqual((yield* call(url, "/")).status, 400)
    }))

  it.live("whoever knows an address audits what was said of it, and nobody reads addresses in the log", () =>
    Effect.gen(function*() {
      const { ann, provider, url } = yield* start
      const fay = yield* makeDevice(provider, at("fay"))
      const { sha256 } = yield* Crypto
      const log = yield* Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.Array(LogEntry)))(
        (yield* call(url, "/v1/directory/log?after=0&limit=100")).body
      )
      let previous = GENESIS.hash
      const computed: Array<string> = []
      for (const entry of log) {
        computed.push(Hex.encode(yield* sha256(entryBytes(previous, entry))))
        previous = entry.hash
      }
      assert.strictEqual(follow(GENESIS, log, computed)._tag, "Success")
      const said = yield* Schema.decodeUnknownEffect(Mark)((yield* call(url, "/v1/directory/marks/ann@leap.test")).body)
      assert.strictEqual(Hex.encode(yield* sha256(markBytes(said.salt, "ann@leap.test"))), said.mark)
      assert.deepStrictEqual(
        log.filter(({ mark }) => mark === said.mark).map(({ fingerprint, seq }) => [seq, fingerprint]),
        [[said.logged, said.fingerprint]]
      )
      assert.lengthOf(log, 2)
      assert.deepStrictEqual((yield* call(url, "/v1/directory/log?after=1&limit=100")).body.match(/"seq":\d+/g), [
        `"seq":2`
      ])
      assert.notInclude(JSON.stringify(log), "leap.test")
      assert.strictEqual((yield* call(url, "/v1/directory/marks/bob@leap.test")).status, 404)
      assert.notStrictEqual(ann.account.id, fay.account.id)
    }).pipe(Effect.provide(NodeCrypto.layer)))

  it.live("who tries one name after the other is told to wait, and others are not", () =>
    Effect.gen(function*() {
      const { url } = yield* start
      const ask = (from: string) =>
        call(url, "/?address=bob@leap.test", { headers: { "x-forwarded-for": `invented, ${from}` } })
      const statuses = yield* Effect.forEach(Array.from({ length: 320 }), () => ask("192.0.2.1"), { concurrency: 8 })
      assert.isAtLeast(statuses.filter(({ status }) => status === 429).length, 20)
      assert.strictEqual((yield* ask("192.0.2.2")).status, 404)
    }))

  it.live("says whether it is there, and whether its store is", () =>
    Effect.gen(function*() {
      const { url } = yield* start
      for (const path of ["/v1/health", "/v1/ready"]) {
        assert.strictEqual((yield* call(url, path)).body, `{"status":"ok"}`)
      }
    }))
})
