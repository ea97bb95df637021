/** Whatever a client says, its session answers or ends, and the next client finds everything as it should be. */
import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Schema } from "effect"
import { TestClock } from "effect/testing"
import { fromLatin1 } from "../../src/domain/message/Latin1.ts"
import { taggedCommand } from "../adapters/imap/grammar/ArbitraryCommand.ts"
import { print } from "../adapters/imap/grammar/PrintCommand.ts"
import { type Damage, damage } from "../fuzz/Damage.ts"
import { damaged } from "../fuzz/DamagedCommand.ts"
import { runs } from "../fuzz/Runs.ts"
import type { StoreName } from "./Account.ts"
import { CLOSED, makeStage, type Options } from "./Transcript.ts"

const attack = Effect.fnUntraced(function*(options: Options, attacks: ReadonlyArray<Uint8Array>) {
  const { deliver, peer, play } = yield* makeStage(options)
  yield* deliver("a: 1\r\n\r\nx")
  yield* deliver("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n", { flags: ["\\Deleted"] })
  const client = yield* peer(1)
  for (const octets of attacks) yield* client.send(octets)
  yield* client.hangUp
  for (;;) {
    // Guesses at passwords are answered late.
    const line = yield* Effect.raceFirst(client.line, Effect.forever(TestClock.adjust("10 seconds")))
    assert.notMatch(line, /^\S+ NO \[(SERVERBUG|UNAVAILABLE)\]/)
    if (line.endsWith(CLOSED)) break
    assert.notMatch(line, /\((silence|crashed)\)$/)
  }
  yield* play(
    options.begin === "greeted"
      ? "S2: * OK …\nC2: a NOOP\nS2: a OK …"
      : "C2: a STATUS INBOX (MESSAGES)\nS2: * STATUS …\nS2: a OK …"
  )
})

const STATES = ["greeted", "loggedIn", "selected"] as const

const property = (store: StoreName, usual: number) =>
  it.effect.prop(
    `damaged commands in any state (${store})`,
    {
      begin: Schema.Literals(STATES),
      commands: Arbitrary.array(taggedCommand, { minLength: 1, maxLength: 6 }),
      damage
    },
    ({ begin, commands, damage }: {
      readonly begin: typeof STATES[number]
      readonly commands: ReadonlyArray<typeof taggedCommand extends Arbitrary.Arbitrary<infer A> ? A : never>
      readonly damage: Damage
    }) => {
      const whole = commands.map(({ command, tag }) => `${tag} ${print(command)}\r\n`).join("")
      return Effect.scoped(attack({ store, begin }, [damaged(fromLatin1(whole), damage)]))
    },
    { timeout: 120_000 * runs(1), arbitrary: { runs: runs(usual) } }
  )

describe("a hostile client", () => {
  property("memory", 200)
  property("encrypted SQLite", 30)

  it.effect.prop("random octets", { octets: Schema.Array(Schema.Uint8Array), begin: Schema.Literals(STATES) }, (
    { begin, octets }
  ) => Effect.scoped(attack({ begin }, octets)), { arbitrary: { runs: runs(100) } })

  const killers: ReadonlyArray<readonly [name: string, octets: string]> = [
    ["a search of a hundred thousand NOTs", `a SEARCH ${"NOT ".repeat(30_000)}ALL\r\n`],
    ["a search nested fifty deep", `a SEARCH ${"(".repeat(50)}ALL${")".repeat(50)}\r\n`],
    ["ORs in ORs", `a SEARCH ${"OR ALL ".repeat(49)}ALL\r\n`],
    ["a section two hundred deep", `a FETCH 1 BODY[${Array.from({ length: 200 }).fill(1).join(".")}]\r\n`],
    [
      "a set of thirty thousand ranges, backwards",
      `a UID FETCH ${Array.from({ length: 15_000 }, (_, at) => 9e5 - at * 2).join(",")} UID\r\n`
    ],
    ["every uid there could be", "a UID FETCH 1:4294967295 UID\r\nb UID STORE 1:4294967295 FLAGS (x)\r\n"],
    ["two hundred flags", `a STORE 1 FLAGS (${Array.from({ length: 200 }, (_, at) => `k${at}`).join(" ")})\r\n`],
    ["a pattern of wildcards", `a LIST "" "${"*a%".repeat(600)}"\r\n`],
    ["header fields by the thousand", `a FETCH 1:* BODY[HEADER.FIELDS (${"x ".repeat(30_000)}x)]\r\n`],
    ["the same body asked a thousand times", `a FETCH 2 (${"BODY[] ".repeat(1000)}UID)\r\n`],
    ["names of every plane", "a CREATE \"&2D3cAQ-\"\r\nb CREATE \"\xf0\x9f\x93\xac\"\r\nc LIST \"\" *\r\n"],
    ["lone surrogates", "a CREATE &2AA-\r\nb LIST &3AA- *\r\nc SEARCH SUBJECT \"\xed\xa0\x80\"\r\n"],
    ["literals on literals", `a LOGIN ${"{0+}\r\n".repeat(2000)}\r\nb NOOP\r\n`]
  ]
  for (const [name, octets] of killers) {
    it.effect(name, () =>
      Effect.gen(function*() {
        for (const store of ["memory", "encrypted SQLite"] as const) {
          yield* Effect.scoped(attack({ store, begin: "selected" }, [fromLatin1(octets)]))
        }
      }))
  }
})
