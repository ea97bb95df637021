import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { constants, deflateRawSync } from "node:zlib"
import { makeStage, transcript } from "./Transcript.ts"

/** What goes through it: test/adapters/imap/Deflated.test.ts; and with a client: ImapFlow.test.ts. */
describe("RFC 4978 COMPRESS", () => {
  it.effect("is not offered within this machine", () =>
    Effect.gen(function*() {
      const { peer, play } = yield* makeStage()
      const client = yield* peer(1)
      yield* client.send("a CAPABILITY\r\n")
      assert.notInclude(yield* client.line, "COMPRESS")
      yield* play("S: a OK …\nC: b COMPRESS DEFLATE\nS: b NO [CANNOT] …")
    }))

  it.effect("is offered where octets cross a network, after login, with DEFLATE alone", () =>
    Effect.gen(function*() {
      const { peer, play } = yield* makeStage({ isLocal: false })
      const client = yield* peer(1)
      yield* client.send("a CAPABILITY\r\n")
      assert.match(yield* client.line, / COMPRESS=DEFLATE/)
      yield* play("S: a OK …\nC: b COMPRESS ZSTD\nS: b BAD …\nC: c COMPRESS\nS: c BAD …")
      yield* transcript("S: * OK …\nC: a COMPRESS DEFLATE\nS: a BAD Log in first", { isLocal: false, begin: "greeted" })
    }))

  it.effect("a line that inflates past all bounds ends the connection, not the server", () =>
    Effect.gen(function*() {
      const { peer, play } = yield* makeStage({ isLocal: false })
      const client = yield* peer(1)
      yield* client.send("a COMPRESS DEFLATE\r\n")
      assert.match(yield* client.line, /^a OK/)
      yield* client.send(deflateRawSync(`b ${"x".repeat(20_000_000)}`, { finishFlush: constants.Z_SYNC_FLUSH }))
      let last = ""
      while (!last.endsWith("(closed)")) last = yield* client.line
      yield* play("C2: a NOOP\nS2: a OK …")
    }))

  it.effect("what follows before the answer could be either, and ends the connection", () =>
    Effect.gen(function*() {
      const { peer } = yield* makeStage({ isLocal: false })
      const client = yield* peer(1)
      yield* client.send("d COMPRESS DEFLATE\r\ne NOOP\r\n")
      assert.match(yield* client.line, /^\* BYE \[CLIENTBUG\]/)
      assert.strictEqual(yield* client.line, "(closed)")
    }))
})
