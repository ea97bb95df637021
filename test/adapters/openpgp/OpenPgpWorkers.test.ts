import { afterAll, assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Redacted } from "effect"
import { layerOf, layerWith } from "../../../src/adapters/openpgp/OpenPgpWorkers.ts"
import { WorkerPool } from "../../../src/adapters/openpgp/WorkerPool.ts"
import { OpenPgp } from "../../../src/ports/OpenPgp.ts"
import { openPgpContract } from "../../ports/OpenPgp.contract.ts"

const pool = new WorkerPool({ size: 2 })
afterAll(() => pool.close())
const shared = layerOf(pool, 2)
const threaded = layerOf(pool, 2, true)

openPgpContract("openpgp.js in threads", threaded)
openPgpContract("openpgp.js in threads, but for what is usual", shared)

const encoder = new TextEncoder()

const program = { threads: 1, program: new URL("./workers/Failing.ts", import.meta.url), isThreaded: true }
const failing = layerWith({ ...program, patience: 800 })

const keys = Effect.flatMap(
  OpenPgp,
  (pgp) => pgp.generate({ name: "", email: "a@leap.test" }, { expiresInSeconds: undefined })
)

describe("threads", () => {
  it.live("answer each caller its own, however many ask at once; what was given stays as it was", () =>
    Effect.gen(function*() {
      const pgp = yield* OpenPgp
      const own = yield* keys
      const secret = Redacted.value(own.secretKey).slice()
      const whole = new Uint8Array(1_000_000)
      const texts = Array.from({ length: 40 }, (_, index) => {
        whole.set(encoder.encode(`letter ${index}`), index * 100)
        // Slices of one large buffer.
        return whole.subarray(index * 100, index * 100 + 100 + index)
      })
      const opened = yield* Effect.forEach(
        texts,
        (data) =>
          Effect.flatMap(
            pgp.encrypt({ data, recipients: [own.certificate], signWith: own.secretKey, anonymous: false }),
            (sealed) => pgp.decrypt({ data: sealed, secretKeys: [own.secretKey], verifyWith: [own.certificate] })
          ),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(
        opened.map(({ data }) => Uint8Array.from(data)),
        texts.map((text) => Uint8Array.from(text))
      )
      assert.isTrue(opened.every(({ signatures }) => signatures[0]?.status === "valid"))
      assert.deepStrictEqual(Redacted.value(own.secretKey), secret)
    }).pipe(Effect.provide(threaded)))

  it.live("one that dies is a typed error of the message that killed it, and of no other", () =>
    Effect.gen(function*() {
      const pgp = yield* OpenPgp
      const own = yield* keys
      const sign = (text: string) => pgp.sign(encoder.encode(text), own.secretKey)
      const results = yield* Effect.forEach(
        ["one", "die", "two", "three"],
        (text) => Effect.result(sign(text)),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(results.map(({ _tag }) => _tag), ["Success", "Failure", "Success", "Success"])
      const error = yield* Effect.flip(sign("die again"))
      assert.strictEqual(error._tag, "OpenPgpError")
      assert.match(error.reason, /the thread that did it was lost/)
      // There is another one.
      yield* sign("four")
    }).pipe(Effect.provide(failing)))

  it.live("one that never answers is ended", () =>
    Effect.gen(function*() {
      const pgp = yield* OpenPgp
      const own = yield* keys
      const error = yield* Effect.flip(pgp.sign(encoder.encode("loop"), own.secretKey))
      assert.match(error.reason, /was lost/)
      yield* pgp.sign(encoder.encode("after it"), own.secretKey)
    }).pipe(Effect.provide(failing)))

  it.live("read the certificates that are longer than those of people, and are ended where that takes too long", () =>
    Effect.gen(function*() {
      const pgp = yield* OpenPgp
      const { certificate } = yield* Effect.provide(keys, shared)
      const long = Buffer.concat([certificate, ...Array.from({ length: 4000 }, () => Buffer.of(0xcd, 1, 97))])
      const error = yield* Effect.flip(pgp.inspect(long))
      assert.match(error.reason, /was lost/)
      assert.match((yield* Effect.flip(pgp.merged(certificate, long))).reason, /was lost/)
      assert.isTrue((yield* pgp.inspect(certificate)).canEncrypt)
    }).pipe(Effect.provide(layerWith({ threads: 1, patience: 1 }))))

  it.live("end with their scope: who still waits is told", () =>
    Effect.gen(function*() {
      const waiting = yield* Effect.gen(function*() {
        const pgp = yield* OpenPgp
        const own = yield* keys
        return yield* Effect.forkDetach(Effect.flip(pgp.sign(encoder.encode("loop"), own.secretKey)), {
          startImmediately: true
        })
      }).pipe(Effect.provide(layerWith(program)))
      assert.strictEqual((yield* Fiber.join(waiting))._tag, "OpenPgpError")
    }))
})
