import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Schema } from "effect"
import { createConnection } from "node:net"
import {
  type Answer,
  decodeRequest,
  encodeAnswer,
  encodeRequest,
  MAX_LINE
} from "../../../src/adapters/tcp-table/Protocol.ts"
import { serve } from "../../../src/adapters/tcp-table/TableServer.ts"

const lookUp = (key: string): Effect.Effect<Answer, "broken"> => {
  if (key === "broken@leap.test") return Effect.fail("broken")
  return Effect.succeed(key === "ann@leap.test" ? { _tag: "Found", value: "550 5.1.1 100% no" } : { _tag: "NotFound" })
}

/** All that comes back until the other side closes, or until `lines` have come. */
const talk = (port: number, text: string, lines: number) =>
  Effect.callback<string>((resume) => {
    let answer = ""
    const socket = createConnection({ host: "127.0.0.1", port })
    socket.setEncoding("utf8").on("data", (chunk) => {
      answer += String(chunk)
      if (answer.split("\n").length > lines) socket.end()
    })
    socket.on("error", () => {})
    socket.on("close", () => resume(Effect.succeed(answer)))
    socket.write(text)
    return Effect.sync(() => socket.destroy())
  })

describe("tcp-table", () => {
  it.prop("a request says what was asked", { key: Schema.NonEmptyString }, ({ key }) => {
    // Lone surrogates are no text.
    const asked = decodeRequest(encodeRequest(key).slice(0, -1))
    return Result.isSuccess(asked) && asked.success === Buffer.from(key).toString()
  })

  it.prop("no line throws, and an answer is one line", { text: Schema.String }, ({ text }) => {
    decodeRequest(text)
    return /^200 [!-~]*\n$/.test(encodeAnswer({ _tag: "Found", value: text }))
  })

  it.live("answers in order, whatever is asked", () =>
    Effect.gen(function*() {
      const { port } = yield* serve({ host: "127.0.0.1", port: 0 }, lookUp)
      const asked = "get ann@leap.test\nget bob%40leap.test\nget broken@leap.test\nput x y\nget %ff\n"
      assert.deepStrictEqual((yield* talk(port, asked, 5)).split("\n"), [
        "200 550%205.1.1%20100%25%20no",
        "500 not%20found",
        "400 try%20again%20later",
        "400 try%20again%20later",
        "400 try%20again%20later",
        ""
      ])
    }))

  it.live("a line without end is not waited for", () =>
    Effect.gen(function*() {
      const { port } = yield* serve({ host: "127.0.0.1", port: 0 }, lookUp)
      assert.strictEqual(yield* talk(port, "x".repeat(MAX_LINE + 1), 1), "")
    }))
})
