import { assert, layer } from "@effect/vitest"
import { Clock, Context, Effect, Layer, Redacted } from "effect"
import type { RequestListener } from "node:http"
import { createServer } from "node:https"
import { getCACertificates, setDefaultCACertificates } from "node:tls"
import { bootstrap, layerHttpClient } from "../../../src/adapters/http/Bootstrap.ts"
import { make } from "../../../src/adapters/x509/SelfSigned.ts"
import type { Identity } from "../../../src/ports/Tls.ts"
import { listen } from "../../Loopback.ts"
import { pinOf } from "../x509/Pin.ts"

const FACTS = { version: 1, domains: ["leap.test"], submission: { port: 465 } }

const answers: Readonly<Record<string, unknown>> = {
  "/provider.json": FACTS,
  "/elsewhere/provider.json": {
    ...FACTS,
    api: "https://api.leap.test/",
    submission: { host: "out.leap.test", port: 465 }
  },
  "/plain/provider.json": { ...FACTS, api: "http://api.leap.test" },
  "/next/provider.json": { ...FACTS, version: 2 }
}

const answer: RequestListener = ({ url = "" }, response) => {
  const body = answers[url]
  response.writeHead(body === undefined ? 404 : 200, { "content-type": "application/json" })
  response.end(JSON.stringify(body ?? {}))
}

const serve = ({ cert, key }: Identity) => listen(() => createServer({ cert, key: Redacted.value(key) }, answer))

/** One that this machine trusts, one that it does not, and one for another name. */
const makeServers = Effect.gen(function*() {
  const now = yield* Clock.currentTimeMillis
  const [trusted, stranger, other] = [make(["localhost"], now), make(["localhost"], now), make(["other.test"], now)]
  const known = getCACertificates("default")
  yield* Effect.acquireRelease(
    Effect.sync(() => setDefaultCACertificates([...known, trusted.cert, other.cert])),
    () => Effect.sync(() => setDefaultCACertificates(known))
  )
  const at = (identity: Identity) => Effect.map(serve(identity), (port) => `https://localhost:${port}`)
  return {
    trusted: yield* at(trusted),
    stranger: yield* at(stranger),
    other: yield* at(other),
    pin: pinOf(trusted.cert),
    strangePin: pinOf(stranger.cert)
  }
})

class Servers extends Context.Service<Servers, Effect.Success<typeof makeServers>>()(
  "leap-mail/test/adapters/http/Bootstrap"
) {}

const find = (url: string, pin?: string) => bootstrap(url, pin).pipe(Effect.provide(layerHttpClient(pin)))
const refusal = (url: string, pin?: string) => Effect.map(Effect.flip(find(url, pin)), ({ message }) => message)

layer(Layer.effect(Servers, makeServers), { excludeTestServices: true })("Bootstrap", (it) => {
  it.effect("finds a provider's doors over a certificate that is right", () =>
    Effect.gen(function*() {
      const { pin, trusted } = yield* Servers
      const doors = { api: trusted, domains: ["leap.test"], submission: { host: "localhost", port: 465 } }
      assert.deepStrictEqual(yield* find(trusted), doors)
      assert.deepStrictEqual(yield* find(`${trusted}/`, pin), doors)
      assert.deepStrictEqual(yield* find(`${trusted}/elsewhere`), {
        ...doors,
        api: "https://api.leap.test",
        submission: { host: "out.leap.test", port: 465 }
      })
    }))

  it.effect("refuses one that nobody vouches for, or that is another machine's, pinned or not", () =>
    Effect.gen(function*() {
      const { other, stranger, strangePin } = yield* Servers
      assert.match(yield* refusal(stranger), /self-signed certificate/)
      assert.match(yield* refusal(stranger, strangePin), /self-signed certificate/)
      assert.match(yield* refusal(other), /altnames/)
    }))

  it.effect("refuses another key than the pinned one, and shows both", () =>
    Effect.gen(function*() {
      const { pin, strangePin, trusted } = yield* Servers
      assert.include(yield* refusal(trusted, strangePin), `its key is ${pin}, and ${strangePin} was pinned`)
      assert.match(yield* refusal(trusted, "sha256//short"), /the pin is not sha256/)
    }))

  it.effect("refuses what goes in the clear, what is no provider, and one of a later age", () =>
    Effect.gen(function*() {
      const { trusted } = yield* Servers
      assert.match(yield* refusal("http://mail.test"), /over https/)
      assert.match(yield* refusal(`${trusted}/plain`), /of the API that it names, .*over https/)
      assert.match(yield* refusal("mail.test"), /no URL/)
      assert.match(yield* refusal(`${trusted}/nothing`), /answers 404/)
      assert.match(yield* refusal(`${trusted}/next`), /update leap-mail/)
    }))
})
