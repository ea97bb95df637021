import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Option, Redacted } from "effect"
import { isAbsolute } from "node:path"
import * as Settings from "../../src/apps/Settings.ts"

const load = (env: Record<string, string>) =>
  Effect.provideService(Settings.load(), ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env }))

describe("Settings", () => {
  it.effect("are the README's where nothing is set", () =>
    Effect.gen(function*() {
      const { home, host, password, ports, smarthost } = yield* load({})
      assert.isTrue(isAbsolute(home))
      assert.strictEqual(host, "127.0.0.1")
      assert.deepStrictEqual(ports, {
        imap: 1984,
        imaps: 1993,
        smtp: 2013,
        smtps: 2465,
        http: 7070,
        provider: 4430,
        lmtp: 2424,
        mx: 2525,
        submission: 2587
      })
      assert.isTrue(Option.isNone(password))
      assert.isTrue(Option.isNone(smarthost))
    }))

  it.effect("come from the environment", () =>
    Effect.gen(function*() {
      const settings = yield* load({
        LEAP_MAIL_HOME: "/tmp/somewhere",
        LEAP_MAIL_IMAP_PORT: "0",
        LEAP_MAIL_PASSWORD: "secret",
        LEAP_MAIL_SMARTHOST: "[::1]:25"
      })
      assert.strictEqual(settings.home, "/tmp/somewhere")
      assert.strictEqual(settings.ports.imap, 0)
      assert.deepStrictEqual(Option.map(settings.password, Redacted.value), Option.some("secret"))
      assert.deepStrictEqual(settings.smarthost, Option.some({ host: "::1", port: 25 }))
      assert.notInclude(JSON.stringify(settings), "secret")
    }))

  it.effect.each(
    [
      ["LEAP_MAIL_SMTP_PORT", "65536", "LEAP_MAIL_SMTP_PORT is 65536, but a port is a number from 0 to 65535."],
      ["LEAP_MAIL_HTTP_PORT", "no", "LEAP_MAIL_HTTP_PORT is no, but a port is a number from 0 to 65535."],
      ["LEAP_MAIL_MX_PORT", "-1", "LEAP_MAIL_MX_PORT is -1, but a port is a number from 0 to 65535."],
      ["LEAP_MAIL_TRACE", "all", "LEAP_MAIL_TRACE is all, but what can be traced is imap."],
      ["LEAP_MAIL_SMARTHOST", "mail", "LEAP_MAIL_SMARTHOST is not host:port, as in mail.example.org:25."],
      ["LEAP_MAIL_SMARTHOST", "mail:0", "LEAP_MAIL_SMARTHOST is not host:port, as in mail.example.org:25."]
    ] as const
  )("%s=%s is refused in a sentence", ([name, value, sentence]) =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(load({ [name]: value }))
      assert.strictEqual(error.message, sentence)
    }))
})
