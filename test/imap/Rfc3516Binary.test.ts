/** BINARY in FETCH (RFC 3516 §4). */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { makeStage, message, onEachStore } from "./Transcript.ts"

const MAIL = message(`Content-Type: multipart/mixed; boundary=b

--b
Content-Transfer-Encoding: quoted-printable

caf=C3=A9
--b
Content-Type: application/octet-stream
Content-Transfer-Encoding: base64

AAECAwQ=
--b
Content-Type: application/octet-stream
Content-Transfer-Encoding: x-secret

zzz
--b--
`)

onEachStore("RFC 3516 BINARY", (options) => {
  const withMail = Effect.gen(function*() {
    const stage = yield* makeStage({ ...options, begin: "selected" })
    yield* stage.deliver(MAIL)
    yield* stage.play("C: - NOOP\nS: - OK …")
    return stage
  })

  it.effect("§4.2 parts without their transfer encoding; a literal8 where there is a NUL", () =>
    Effect.gen(function*() {
      const { peer, play } = yield* withMail
      yield* play(String.raw`
        C: a FETCH 1 (BINARY.SIZE[1] BINARY.SIZE[2] BINARY.PEEK[1])
        S: * 1 FETCH (BINARY.SIZE[1] 5 BINARY.SIZE[2] 5 BINARY[1] {5}
        S: café)
        S: a OK …
        C: b UID FETCH 1 BINARY.PEEK[1]<1.2>
        S: * 1 FETCH (UID 1 BINARY[1]<1> {2}
        S: af)
        S: b OK …
        C: c FETCH 1 BINARY.PEEK[7]
        S: * 1 FETCH (BINARY[7] NIL)
        S: c OK …
        C: d FETCH 1 BINARY[1]<99.2>
        S: * 1 FETCH (FLAGS (\Seen) BINARY[1]<99> {0}
        S: )
        S: d OK …
      `)
      const client = yield* peer(1)
      yield* client.send("e FETCH 1 BINARY.PEEK[2]\r\n")
      assert.strictEqual(yield* client.line, "* 1 FETCH (BINARY[2] ~{5}")
      assert.strictEqual(yield* client.line, "\0\x01\x02\x03\x04)")
      assert.strictEqual(yield* client.line, "e OK FETCH done")
    }))

  it.effect("§4.2 BINARY.PEEK[] is the message as it is, NUL and all", () =>
    Effect.gen(function*() {
      const { deliver, peer } = yield* withMail
      yield* deliver("a: b\r\n\r\nx\0y")
      const client = yield* peer(1)
      yield* client.send("f UID FETCH 2 (BINARY.PEEK[] BINARY.SIZE[])\r\n")
      const lines: Array<string> = []
      do lines.push(yield* client.line)
      while (!(lines.at(-1) ?? "").startsWith("f "))
      assert.deepStrictEqual(lines, [
        "* 2 EXISTS",
        "* 2 FETCH (UID 2 BINARY[] ~{11}",
        "a: b",
        "",
        "x\0y BINARY.SIZE[] 11)",
        "f OK FETCH done"
      ])
    }))

  it.effect("§4.3 a transfer encoding that is not known, and what names no part", () =>
    Effect.gen(function*() {
      const { play } = yield* withMail
      yield* play(`
        C: a FETCH 1 BINARY.PEEK[3]
        S: a NO [UNKNOWN-CTE] A part has a transfer encoding that this server does not know
        C: b FETCH 1 BINARY.SIZE[3]
        S: b NO [UNKNOWN-CTE] …
        C: c FETCH 1 BINARY[1.MIME]
        S: c BAD BINARY takes the number of a part only (at character 17)
        C: d FETCH 1 BODY.PEEK[3]
        S: * 1 FETCH (BODY[3] {3}
        S: zzz)
        S: d OK …
      `)
    }))
})
