/** What a person is asked at a terminal: a pseudo-terminal that `script` (util-linux) makes. */
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { stripVTControlCharacters } from "node:util"
import { program } from "./Bundle.ts"
import { needs } from "./Installed.ts"
import { makeHome, run, start } from "./Program.ts"

const script = needs("script")

const BACKSPACE = "\u007f"
/** The window and what was scrolled out of it. */
const CLEARED = "\u001b[2J\u001b[3J\u001b[H"
const PASSPHRASE = "typed where nobody looks"

const make = Effect.gen(function*() {
  const { ready } = yield* start(yield* makeHome)
  return { url: `http://${ready.provider.host}:${ready.provider.port}` }
})

class Provider extends Context.Service<Provider, Effect.Success<typeof make>>()("leap-mail/test/e2e/Terminal") {}

/** `leap-mail` at a terminal, which shows what it prints and echoes what is typed. */
const atTerminal = Effect.fnUntraced(function*(home: string, args: ReadonlyArray<string>) {
  const command = [process.execPath, yield* program, ...args].map((part) => `'${part}'`).join(" ")
  const child = yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawn("script", ["-qec", command, "/dev/null"], {
        env: { PATH: process.env["PATH"], TERM: "xterm", LEAP_MAIL_HOME: home }
      })
    ),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )
  let shown = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => shown += text)
  const ended = Effect.callback<number | null>((resume) => {
    const answer = () => resume(Effect.succeed(child.exitCode))
    if (child.exitCode !== null) return answer()
    child.once("close", answer)
    return Effect.sync(() => child.off("close", answer))
  })
  let read = 0
  /** Reads on until `wanted` is shown. */
  const until = (wanted: RegExp) =>
    Effect.raceFirst(
      Effect.callback<RegExpExecArray>((resume) => {
        const look = () => {
          const found = new RegExp(wanted, "g")
          found.lastIndex = read
          const match = found.exec(stripVTControlCharacters(shown))
          if (match === null) return
          read = found.lastIndex
          child.stdout.off("data", look)
          resume(Effect.succeed(match))
        }
        child.stdout.on("data", look)
        look()
        return Effect.sync(() => child.stdout.off("data", look))
      }),
      Effect.flatMap(ended, (code) => Effect.die(new Error(`It ended with ${code}, having shown:\n${shown}`)))
    )
  return {
    ended,
    until,
    all: Effect.sync(() => shown),
    answer: (question: RegExp, typed: string) =>
      Effect.andThen(until(question), Effect.sync(() => child.stdin.write(typed)))
  }
})

layer(Layer.effect(Provider, make), { excludeTestServices: true, timeout: "3 minutes" })("a terminal", (it) => {
  it.effect.skipIf(script.isMissing)(
    script.named("asks twice for a new password and shows none; three words of the phrase; then nothing is left of it"),
    () =>
      Effect.gen(function*() {
        const { url } = yield* Provider
        const home = yield* makeHome
        const terminal = yield* atTerminal(home, ["account", "create", "tess@leap.test", "--provider", url])
        yield* terminal.answer(/New password of tess@leap\.test/, `${PASSPHRASE}\r`)
        yield* terminal.answer(/The same again/, "something else\r")
        yield* terminal.until(/These were not the same\./)
        yield* terminal.answer(/New password of tess@leap\.test/, `${PASSPHRASE}\r`)
        yield* terminal.answer(/The same again/, `${PASSPHRASE}\r`)
        yield* terminal.until(/Recovery phrase/)
        const words: Array<string> = []
        while (words.length < 24) words.push((yield* terminal.until(/\d+\. +([a-z]+)/))[1] ?? "")
        yield* terminal.answer(/word 3\b/, "another\r")
        yield* terminal.answer(/That is another word/, `${BACKSPACE.repeat("another".length)}${words[2]}\r`)
        yield* terminal.answer(/word 12\b/, `${words[11]}\r`)
        yield* terminal.answer(/word 24\b/, `${words[23]}\r`)
        yield* terminal.until(/The recovery phrase is not shown again/)
        const [, password = ""] = yield* terminal.until(/password  (\S+)/)
        assert.strictEqual(yield* terminal.ended, 0)
        const all = yield* terminal.all
        assert.notInclude(all, PASSPHRASE)
        const left = all.slice(all.lastIndexOf(CLEARED))
        assert.include(left, password)
        assert.strictEqual(words.filter((word) => new RegExp(`\\d\\. +${word}\\b`).test(left)).length, 0)

        // It is the password that was typed.
        const { code, stdout } = yield* run(home, ["devices", "list"], { LEAP_MAIL_PASSPHRASE: PASSPHRASE })
        assert.deepStrictEqual([code, stdout.includes("this device")], [0, true])
        const asked = yield* atTerminal(home, ["devices", "list"])
        yield* asked.answer(/Password of tess@leap\.test/, `${PASSPHRASE}\r`)
        yield* asked.until(/this device/)
        assert.strictEqual(yield* asked.ended, 0)
      })
  )

  it.effect.skipIf(script.isMissing)(
    script.named("Ctrl-C at a question changes nothing"),
    () =>
      Effect.gen(function*() {
        const { url } = yield* Provider
        const home = yield* makeHome
        const terminal = yield* atTerminal(home, ["account", "create", "theo@leap.test", "--provider", url])
        yield* terminal.answer(/New password of theo@leap\.test/, "half of a passw\u0003")
        yield* terminal.until(/Stopped: nothing was changed\./)
        assert.strictEqual(yield* terminal.ended, 1)
        assert.isFalse(fs.existsSync(path.join(home, "client", "theo@leap.test")))
      })
  )
})
