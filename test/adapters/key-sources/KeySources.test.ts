import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { HttpClient, HttpClientError, HttpClientResponse } from "effect/http"
import * as KeyServers from "../../../src/adapters/key-sources/KeyServers.ts"
import * as KeyUrl from "../../../src/adapters/key-sources/KeyUrl.ts"
import { isPublic, layer as publicHttps } from "../../../src/adapters/key-sources/PublicHttps.ts"
import * as WebKeyDirectory from "../../../src/adapters/key-sources/WebKeyDirectory.ts"
import * as NodeCrypto from "../../../src/adapters/node-crypto/NodeCrypto.ts"
import { Address } from "../../../src/domain/account/Address.ts"

/** The draft's own example. */
const joe = Address.make("Joe.Doe@example.org")
const HASH = "iy9q119eutrkn8s1mk4r39qejnbu3n5q"
const ADVANCED = `https://openpgpkey.example.org/.well-known/openpgpkey/example.org/hu/${HASH}?l=Joe.Doe`
const DIRECT = `https://example.org/.well-known/openpgpkey/hu/${HASH}?l=Joe.Doe`
const octets = Uint8Array.of(0xc6, 1, 2)

type Web = Readonly<Record<string, Response | "unreachable">>

/** Hosts that answer by URL; all others are not there. Tells what was asked for. */
const web = (pages: Web) => {
  const asked: Array<string> = []
  const client = HttpClient.make((request, url) => {
    asked.push(url.href)
    const page = Object.hasOwn(pages, url.href) ? pages[url.href] : undefined
    return page === undefined || page === "unreachable"
      ? Effect.fail(
        new HttpClientError.HttpClientError({
          reason: new HttpClientError.TransportError({ request, description: "no" })
        })
      )
      : Effect.succeed(HttpClientResponse.fromWeb(request, page))
  })
  return { asked, layer: Layer.merge(Layer.succeed(HttpClient.HttpClient, client), NodeCrypto.layer) }
}
const ok = (): Response => new Response(octets)
const status = (code: number): Response => new Response("no", { status: code })

const wkd = (pages: Web) =>
  Effect.gen(function*() {
    const { asked, layer } = web(pages)
    const source = yield* Effect.provide(WebKeyDirectory.make, layer)
    const answer = yield* Effect.result(source.lookup(joe))
    return { asked, answer: answer._tag === "Success" ? answer.success : answer.failure._tag }
  })

describe("Web Key Directory", () => {
  it.effect("asks the advanced name, and nobody else where that answers", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* wkd({ [ADVANCED]: ok(), [DIRECT]: ok() }), { asked: [ADVANCED], answer: octets })
      assert.deepStrictEqual(yield* wkd({ [ADVANCED]: status(404), [DIRECT]: ok() }), {
        asked: [ADVANCED],
        answer: undefined
      })
    }))

  it.effect("asks the domain itself where there is no such sub-domain", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* wkd({ [DIRECT]: ok() }), { asked: [ADVANCED, DIRECT], answer: octets })
      assert.deepStrictEqual((yield* wkd({ [DIRECT]: status(404) })).answer, undefined)
      assert.deepStrictEqual((yield* wkd({})).answer, "KeySourceError")
    }))

  it.effect("takes no redirect, no error page and nothing without end for an answer", () =>
    Effect.gen(function*() {
      for (const code of [301, 302, 401, 500, 503]) {
        assert.strictEqual((yield* wkd({ [ADVANCED]: status(code) })).answer, "KeySourceError", String(code))
      }
      const long = new Response(new Uint8Array(1024 * 1024 + 1))
      assert.strictEqual((yield* wkd({ [ADVANCED]: long })).answer, "KeySourceError")
      assert.strictEqual((yield* wkd({ [ADVANCED]: new Response("") })).answer, undefined)
    }))
})

describe("key servers", () => {
  const vks = "https://keys.openpgp.org/vks/v1/by-email/Joe.Doe%40example.org"
  const hkps = "https://keys.example.net/pks/lookup?op=get&options=mr&exact=on&search=%3CJoe.Doe%40example.org%3E"

  it.effect("are asked by address", () =>
    Effect.gen(function*() {
      const { asked, layer } = web({ [vks]: ok(), [hkps]: status(404) })
      const verifying = yield* Effect.provide(KeyServers.makeVks("keys.openpgp.org"), layer)
      const other = yield* Effect.provide(KeyServers.makeHkps("keys.example.net"), layer)
      assert.deepStrictEqual(yield* verifying.lookup(joe), octets)
      assert.strictEqual(yield* other.lookup(joe), undefined)
      assert.deepStrictEqual(asked, [vks, hkps])
    }))
})

describe("the URL of an OpenPGP header", () => {
  it.effect("is fetched as it is", () =>
    Effect.gen(function*() {
      const { layer } = web({ "https://example.org/joe.asc": ok() })
      const fetch = yield* Effect.provide(KeyUrl.make, layer)
      assert.deepStrictEqual(yield* fetch("https://example.org/joe.asc"), octets)
      assert.strictEqual((yield* Effect.flip(fetch("https://example.org/other")))._tag, "KeySourceError")
    }))
})

describe("PublicHttps", () => {
  it("knows which addresses lead into somebody's own network", () => {
    const own = ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1"]
    for (const address of [...own, "::1", "::", "fe80::1", "fd00::1", "::ffff:10.0.0.1", "224.0.0.1", "no address"]) {
      assert.isFalse(isPublic(address), address)
    }
    for (const address of ["9.9.9.9", "172.32.0.1", "2620:fe::fe"]) assert.isTrue(isPublic(address), address)
  })

  it.live("does not reach this machine by name", () =>
    Effect.gen(function*() {
      const client = yield* HttpClient.HttpClient
      const error = yield* Effect.flip(client.get("https://localhost:1/"))
      assert.include(String(error.reason._tag === "TransportError" ? error.reason.cause : error), "public network")
    }).pipe(Effect.provide(publicHttps)))
})
