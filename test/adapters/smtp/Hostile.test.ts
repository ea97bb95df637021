/** What strangers send to the provider's front doors to have them stand still, or take one message for two. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { createConnection } from "node:net"
import { mostMemory } from "../../../bench/imap/ProcessTree.ts"
import { type ArrivedMessage, serveLmtp, serveMx } from "../../../src/adapters/smtp/Arriving.ts"
import { burst, talk } from "./SmtpClient.ts"

const options = { host: "127.0.0.1", port: 0, name: "mx.leap.test" }

const start = Effect.fnUntraced(function*(
  serve: typeof serveMx,
  more: Partial<Parameters<typeof serveMx>[0]> = {}
) {
  const arrived: Array<ArrivedMessage<void, void>> = []
  const { port } = yield* serve<void, void, never, never>({ ...options, ...more }, {
    recipient: () => Effect.void,
    examine: () => Effect.void,
    arrive: (message) => Effect.sync(() => void arrived.push(message))
  })
  return { arrived, port }
})

const bodyOf = ({ bytes }: ArrivedMessage<void, void>): string => Buffer.from(bytes).toString("latin1")

const envelope = "EHLO x\r\nMAIL FROM:<a@else.test>\r\nRCPT TO:<ann@leap.test>\r\nDATA\r\n"

describe("the front door", () => {
  for (const end of ["\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r.\r\n", "\r\n.\r", "\r\n\0.\r\n", "\r\n.\0\r\n"]) {
    it.live(`takes ${JSON.stringify(end)} for no end of a message: what follows is no second one`, () =>
      Effect.gen(function*() {
        const { arrived, port } = yield* start(serveMx)
        const smuggled = `MAIL FROM:<boss@leap.test>\r\nRCPT TO:<ann@leap.test>\r\nDATA\r\nSubject: pay\r\n\r\nnow`
        yield* burst(port, `${envelope}Subject: one\r\n\r\ntext${end}${smuggled}\r\n.\r\nQUIT\r\n`, () => false)
        assert.deepStrictEqual(arrived.map(({ from }) => from), ["a@else.test"])
        assert.strictEqual(bodyOf(arrived[0]!), `Subject: one\r\n\r\ntext${end}${smuggled}\r\n`)
      }))
  }

  it.live("keeps every octet, NUL and those above 127 too", () =>
    Effect.gen(function*() {
      const { arrived, port } = yield* start(serveMx)
      const all = Array.from({ length: 256 }, (_, octet) => String.fromCharCode(octet)).join("")
      yield* burst(port, `${envelope.replace(">\r\nRCPT", "> BODY=8BITMIME\r\nRCPT")}X: ${all}\r\n.\r\nQUIT\r\n`, () =>
        false)
      assert.deepStrictEqual(arrived.map(bodyOf), [`X: ${all}\r\n`])
    }))

  it.live("offers what it does, and no BDAT, reports or promises of TLS", () =>
    Effect.gen(function*() {
      const { port } = yield* start(serveMx, { maxSize: 1_000_000 })
      const [, text = ""] = (yield* burst(port, "EHLO x\r\nBDAT 5 LAST\r\nQUIT\r\n", () => false)).join("")
        .split(/(?<=^250 [^\r]*\r\n)/m).map((_, __, all) => all.join(""))
      const offered = text.split("\r\n").flatMap((line) => /^250[- ](.*)/.exec(line)?.[1] ?? []).slice(1)
      assert.deepStrictEqual(offered, ["PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE 1000000"])
      assert.match(text, /^500 /m)
    }))

  it.live("ends with who talks before the greeting", () =>
    Effect.gen(function*() {
      const { arrived, port } = yield* start(serveMx)
      const answer = yield* Effect.callback<string>((resume) => {
        let text = ""
        const socket = createConnection({ host: "127.0.0.1", port }, () => socket.write(`${envelope}x\r\n.\r\n`))
        socket.setEncoding("latin1").on("data", (chunk) => text += chunk).on("error", () => {})
        socket.on("close", () => resume(Effect.succeed(text)))
        return Effect.sync(() => socket.destroy())
      })
      assert.match(answer, /^421 /)
      assert.deepStrictEqual(arrived, [])
    }))

  it.live("takes a thousand recipients, each once, and asks to come again for more", () =>
    Effect.gen(function*() {
      const { arrived, port } = yield* start(serveMx)
      const to = Array.from({ length: 1001 }, (_, one) => `RCPT TO:<user${one}@leap.test>\r\n`).join("")
      const text =
        `EHLO x\r\nMAIL FROM:<>\r\n${to}RCPT TO:<USER0@leap.test>\r\nDATA\r\nSubject: all\r\n\r\n.\r\nQUIT\r\n`
      const replies = (yield* burst(port, text, () => false)).join("")
      assert.strictEqual(replies.match(/^452 /gm)?.length, 1)
      assert.strictEqual(arrived.length, 1000)
    }))

  it.live("a message of lines with a dot alone costs no multiple of its size, and ends the connection", () =>
    Effect.gen(function*() {
      const { arrived, port } = yield* start(serveLmtp, { maxSize: 1_000_000 })
      const before = mostMemory()
      const text = `${envelope.replace("EHLO", "LHLO")}${"..\r\n".repeat(300_000)}.\r\n`
      const replies = (yield* burst(port, text, () => false)).join("")
      assert.match(replies, /^552 5\.3\.4 The message has too many lines that begin with a dot\r\n$/m)
      assert.deepStrictEqual(arrived, [])
      assert.isBelow(mostMemory() - before, 60_000_000)
      const few = yield* burst(
        port,
        `${envelope.replace("EHLO", "LHLO")}${"..\r\n".repeat(500)}.\r\nQUIT\r\n`,
        () => false
      )
      assert.match(few.join(""), /^250 2\.0\.0 Accepted/m)
      assert.strictEqual(bodyOf(arrived[0]!), ".\r\n".repeat(500))
    }))

  it.live("does not read what is much too large to the end", () =>
    Effect.gen(function*() {
      const { port } = yield* start(serveMx, { maxSize: 100_000 })
      const replies = yield* burst(port, `${envelope}${"x".repeat(998)}\r\n`.padEnd(400_000, "y"), () => false)
      assert.match(replies.join(""), /^552 5\.3\.4 /m)
    }))

  it.live("is not kept by who brings no message, at whichever point", () =>
    Effect.gen(function*() {
      const { port } = yield* start(serveMx, { patience: { base: 300, octetsPerSecond: 1_000_000 } })
      const slow = (lines: string) =>
        Effect.callback<string>((resume) => {
          let text = ""
          const socket = createConnection({ host: "127.0.0.1", port })
          let drip: NodeJS.Timeout | undefined
          socket.setEncoding("latin1").on("error", () => {}).on("data", (chunk) => {
            if (text === "") {
              socket.write(lines)
              drip = setInterval(() => socket.write("x"), 20)
            }
            text += chunk
          })
          socket.on("close", () => {
            clearInterval(drip)
            resume(Effect.succeed(text))
          })
          return Effect.sync(() => socket.destroy())
        })
      const texts = yield* Effect.forEach(
        ["", "EHLO x\r\nNO", "EHLO x\r\nMAIL FROM:<>\r\n", envelope, `${envelope}Subject: x\r\n`],
        slow,
        { concurrency: "unbounded" }
      )
      for (const text of texts) assert.match(text, /^421 4\.4\.2 No message came for too long/m)
    }))

  it.live("refuses what goes round in circles", () =>
    Effect.gen(function*() {
      const { arrived, port } = yield* start(serveMx)
      const hops = "Received: from a by b; today\r\n".repeat(101)
      const replies = yield* talk(port, [...envelope.trim().split("\r\n"), `${hops}\r\n.`])
      assert.match(replies.at(-1) ?? "", /^554 5\.4\.6 /)
      assert.deepStrictEqual(arrived, [])
    }))
})
