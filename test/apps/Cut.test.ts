/** The network cut in the middle of a push and of a pull, at any octet: nothing acknowledged is lost, nothing is twice. */
import { NodeHttpClient } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Config, Context, Effect, Layer } from "effect"
import * as ProviderClient from "../../src/adapters/http/ProviderClient.ts"
import type { Endpoint } from "../../src/apps/Settings.ts"
import * as UidSet from "../../src/domain/mailbox/UidSet.ts"
import { Replication } from "../../src/ports/Replication.ts"
import { append, type Home, makeAccount, makeLightHome, showAll, texts } from "../adapters/sqlite/ReplicaHomes.ts"
import { makeToken, serveProvider } from "../ports/ProviderOverHttp.ts"
import { cutter, type Direction } from "./Wiretap.ts"

/** Every so many octets; `npm run simulate` cuts at each. */
const stride = Config.Int("LEAP_MAIL_CUT_STRIDE").pipe(Config.withDefault(97))

/** Milliseconds, for all octets. */
const PATIENCE = 20 * 60_000

const parse = (url: string): Endpoint => ({ host: new URL(url).hostname, port: Number(new URL(url).port) })

/** An account at a provider behind a line that can be cut, and another one that holds. */
const makeLine = Effect.gen(function*() {
  const account = yield* makeAccount
  const endpoint = parse(yield* serveProvider(account.store))
  const line = yield* cutter(endpoint)
  const token = yield* makeToken(account.store, account.id)
  const over = yield* Layer.build(
    ProviderClient.layerAccount(`http://${line.endpoint.host}:${line.endpoint.port}`, token).pipe(
      Layer.provide(NodeHttpClient.layerNodeHttp)
    )
  )
  return { account, line, over: Context.get(over, Replication) }
})
class Line extends Context.Service<Line, Effect.Success<typeof makeLine>>()("leap-mail/test/apps/Cut") {}

/** How many octets pass that way while it is done. */
const measure = Effect.fnUntraced(function*<E, R>(direction: Direction, act: Effect.Effect<void, E, R>) {
  const { line } = yield* Line
  const before = line.passed(direction)
  yield* act
  return line.passed(direction) - before
})

/** Once, after so many octets of about `length`. It may succeed all the same: what passes is tried again. */
const cut = Effect.fnUntraced(
  function*<E, R>(direction: Direction, at: number, length: number, act: Effect.Effect<void, E, R>) {
    const { line } = yield* Line
    const before = line.cuts()
    line.cutAt(direction, at)
    yield* Effect.ignore(act)
    line.heal()
    // Towards its end, one exchange is some octets shorter than another.
    if (at < length / 2) assert.strictEqual(line.cuts(), before + 1, `cut at ${at} of ${length}`)
  }
)

const change = Effect.fnUntraced(function*(home: Home, flag: string, text: string) {
  const inbox = yield* home.mail.mailbox("INBOX")
  yield* home.mail.flag(inbox.id, UidSet.fromUids([1]), "replace", [flag])
  yield* append(home, "INBOX", text)
})

layer(Layer.effect(Line, makeLine), { excludeTestServices: true })("a cut line", (it) => {
  for (const direction of ["up", "down"] as const) {
    it.effect(
      `in a push, ${direction === "up" ? "on the way there" : "on the way back"}`,
      () =>
        Effect.gen(function*() {
          const { account, over } = yield* Line
          const step = yield* stride
          const [a, b] = [yield* makeLightHome(account), yield* makeLightHome(account)]
          yield* a.sync
          yield* change(a, "$first", `${direction} first`)
          const length = yield* measure(direction, Effect.orDie(a.syncOver(over)))
          for (let at = 0; at <= length; at += step) {
            yield* change(a, `$at${at}`, `${direction} ${at}`)
            yield* cut(direction, at, length, a.syncOver(over))
            yield* a.syncOver(over)
            assert.deepStrictEqual(yield* a.replica.pending(1), [])
          }
          yield* b.sync
          assert.deepStrictEqual(yield* showAll(b), yield* showAll(a))
          const all = yield* texts(b, "INBOX")
          assert.strictEqual(new Set(all).size, all.length)
        }),
      PATIENCE
    )

    it.effect(
      `in a pull, ${direction === "up" ? "on the way there" : "on the way back"}`,
      () =>
        Effect.gen(function*() {
          const { account, over } = yield* Line
          const step = yield* stride
          const [a, b] = [yield* makeLightHome(account), yield* makeLightHome(account)]
          yield* a.sync
          yield* b.sync
          yield* change(a, "$before", `${direction} pulled first`)
          yield* a.sync
          const length = yield* measure(direction, Effect.orDie(b.syncOver(over)))
          for (let at = 0; at <= length; at += step) {
            yield* change(a, `$pull${at}`, `${direction} pull ${at}`)
            yield* a.sync
            yield* cut(direction, at, length, b.syncOver(over))
            yield* b.syncOver(over)
            const [there, here] = [yield* a.mail.mailbox("INBOX"), yield* b.mail.mailbox("INBOX")]
            assert.strictEqual(here.exists, there.exists)
          }
          assert.deepStrictEqual(yield* showAll(b), yield* showAll(a))
        }),
      PATIENCE
    )
  }
})
