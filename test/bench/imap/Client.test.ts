import { assert, describe, it } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import * as net from "node:net"
import * as Client from "../../../bench/imap/Client.ts"
import { listen } from "../../Loopback.ts"

/** Greets, then answers each command with what `answer` gives, in pieces of `size` octets, each a packet of its own. */
const serve = (size: number, answer: (command: string) => string): Effect.Effect<Client.Endpoint, never, Scope.Scope> =>
  listen(() =>
    net.createServer((socket) => {
      socket.setNoDelay(true)
      const say = async (text: string) => {
        for (let at = 0; at < text.length; at += size) {
          await new Promise((resolve) => socket.write(text.slice(at, at + size), "latin1", resolve))
          await new Promise(setImmediate)
        }
      }
      void say("* OK hello\r\n")
      socket.on("data", (command) => void say(answer(command.toString("latin1"))))
    })
  ).pipe(Effect.map((port) => ({ host: "127.0.0.1", port })))

const tag = (command: string): string => command.slice(0, command.indexOf(" "))

describe("Client", () => {
  for (const size of [1, 2, 7, 1000]) {
    it.live(`an answer ends with its tagged line, in packets of ${size}`, () =>
      Effect.gen(function*() {
        const lines = "* 1 FETCH (BODY[] {9}\r\nzq9 OK no)\r\n* 2 FETCH (UID 2)\r\n"
        const endpoint = yield* serve(size, (command) => `${lines}${tag(command)} OK done\r\n`)
        const client = yield* Client.connect(endpoint)
        for (let turn = 0; turn < 3; turn++) {
          const { octets, text } = yield* client.command("FETCH 1:* BODY[]", true)
          assert.strictEqual(text(), `${lines}zq${turn + 1} OK done\r\n`)
          assert.strictEqual(octets, text().length)
        }
      }).pipe(Effect.scoped))
  }

  it.live("an answer that is not OK is an error with what was said", () =>
    Effect.gen(function*() {
      const client = yield* Client.connect(yield* serve(1000, (command) => `${tag(command)} NO not today\r\n`))
      const { message } = yield* Effect.flip(client.command("SELECT INBOX"))
      assert.include(message, "NO not today")
    }).pipe(Effect.scoped))

  it.live("of pipelined messages each must be taken", () =>
    Effect.gen(function*() {
      const endpoint = yield* serve(1000, () => "zq1 OK taken\r\nzq2 NO full\r\nzq3 OK done\r\n")
      const client = yield* Client.connect(endpoint)
      const messages = [1, 2, 3].map(() => Buffer.from("Subject: x\r\n\r\n"))
      const { message } = yield* Effect.flip(client.appendPipelined("INBOX", messages))
      assert.include(message, "Of 3 messages the server took 2")
    }).pipe(Effect.scoped))
})
