import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { MTASTSPolicy } from "mailauth"
import * as MailRoutesDns from "../../../src/adapters/mailauth/MailRoutesDns.ts"
import { MailRoutes } from "../../../src/ports/MailRoutes.ts"

type Zone = Readonly<Record<string, unknown>>

const resolver = (zone: Zone) => (name: string, type: string) => {
  const found = zone[`${type} ${name}`]
  if (typeof found === "string") return Promise.reject(Object.assign(new Error(name), { code: found }))
  return found === undefined
    ? Promise.reject(Object.assign(new Error(name), { code: "ENODATA" }))
    : Promise.resolve(found as Array<string>)
}

const routes = (domain: string, zone: Zone, policy?: MTASTSPolicy) =>
  Effect.flatMap(MailRoutes, ({ routes }) => routes(domain)).pipe(
    Effect.provide(
      MailRoutesDns.layer({ resolver: resolver(zone), port: 2500, policy: () => Promise.resolve(policy) })
    )
  )

const MX = [
  { priority: 20, exchange: "B.else.test" },
  { priority: 10, exchange: "a.else.test." },
  { priority: 30, exchange: "c.other.test" }
]

describe("MailRoutesDns", () => {
  it.effect("the mail servers of a domain in their order", () =>
    Effect.gen(function*() {
      const found = yield* routes("else.test", { "MX else.test": MX })
      assert.deepStrictEqual(
        found,
        ["a.else.test", "b.else.test", "c.other.test"].map((host) => ({
          host,
          port: 2500,
          isVerified: false
        }))
      )
    }))

  it.effect("without any, the domain itself, where it has an address", () =>
    Effect.gen(function*() {
      for (const type of ["A", "AAAA"]) {
        const found = yield* routes("else.test", { [`${type} else.test`]: ["192.0.2.1"] })
        assert.deepStrictEqual(found.map(({ host }) => host), ["else.test"])
      }
    }))

  it.effect.each(
    [
      ["no address at all", {}, false],
      [
        "no such domain",
        { "MX else.test": "ENOTFOUND", "A else.test": "ENOTFOUND", "AAAA else.test": "ENOTFOUND" },
        false
      ],
      // RFC 7505
      ["a null MX", { "MX else.test": [{ priority: 0, exchange: "" }] }, false],
      ["name servers that do not answer", { "MX else.test": "ESERVFAIL" }, true],
      ["name servers that answer half", { "A else.test": "ETIMEOUT" }, true]
    ] as const
  )("%s", ([, zone, transient]) =>
    Effect.gen(function*() {
      assert.strictEqual((yield* Effect.flip(routes("else.test", zone))).transient, transient)
    }))

  // RFC 8461 §5
  it.effect("an enforced policy names the servers, and wants them verified", () =>
    Effect.gen(function*() {
      const enforce: MTASTSPolicy = { id: "1", version: "STSv1", mode: "enforce", mx: ["*.else.test"], maxAge: 86400 }
      const zone = { "MX else.test": MX }
      const found = yield* routes("else.test", zone, enforce)
      assert.deepStrictEqual(found.map(({ host, isVerified }) => [host, isVerified]), [
        ["a.else.test", true],
        ["b.else.test", true]
      ])
      const testing = yield* routes("else.test", zone, { ...enforce, mode: "testing" })
      assert.deepStrictEqual(testing.map(({ isVerified }) => isVerified), [false, false, false])
      const none = yield* Effect.flip(routes("else.test", zone, { ...enforce, mx: ["mx.elsewhere.test"] }))
      assert.isTrue(none.transient)
      assert.include(none.message, "MTA-STS policy of else.test allows none")
    }))

  it.effect("what a domain demanded it still demands when it cannot be asked", () =>
    Effect.gen(function*() {
      let isUp = true
      const enforce: MTASTSPolicy = { id: "1", version: "STSv1", mode: "enforce", mx: ["*.else.test"], maxAge: 86400 }
      yield* Effect.gen(function*() {
        const { routes } = yield* MailRoutes
        yield* routes("else.test")
        isUp = false
        assert.isTrue((yield* routes("else.test")).every(({ isVerified }) => isVerified))
        assert.isFalse((yield* routes("other.test")).some(({ isVerified }) => isVerified))
      }).pipe(Effect.provide(MailRoutesDns.layer({
        resolver: resolver({ "MX else.test": MX, "MX other.test": MX }),
        policy: () => isUp ? Promise.resolve(enforce) : Promise.reject(new Error("no answer"))
      })))
    }))

  it.live("name servers that say nothing keep mail for later", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(
        Effect.flatMap(MailRoutes, ({ routes }) => routes("else.test")).pipe(
          Effect.provide(MailRoutesDns.layer({ resolver: () => new Promise(() => {}), patience: "20 millis" }))
        )
      )
      assert.isTrue(error.transient)
    }))
})
