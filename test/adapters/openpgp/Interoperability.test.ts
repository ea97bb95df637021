/** Both directions with every other OpenPGP program that is installed; what came of it is printed as a table. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { afterAll } from "vitest"
import { layer } from "../../../src/adapters/openpgp/OpenPgpJs.ts"
import type { KeyAlgorithm } from "../../../src/domain/keys/KeyAlgorithm.ts"
import { OpenPgp, type OpenPgpError } from "../../../src/ports/OpenPgp.ts"
import { gnuPg } from "./peers/GnuPg.ts"
import type { Algorithm, Correspondent, Peer, Program } from "./peers/Peer.ts"
import { rnp } from "./peers/Rnp.ts"
import { sequoia } from "./peers/Sequoia.ts"

const PROGRAMS: ReadonlyArray<Program> = [gnuPg, sequoia, rnp]
/** Their key and ours. */
const PAIRS: ReadonlyArray<readonly [Algorithm, ReadonlyArray<KeyAlgorithm>]> = [
  ["ecc", ["curve25519", "v6"]],
  ["rsa", ["rsa4096"]]
]

/** Line ends as they come, and every octet. */
const data = Uint8Array.from([...new TextEncoder().encode("Grüße\r\naus der\nalten Welt "), ...Array(256).keys()])

const own = Effect.fnUntraced(function*(algorithm: KeyAlgorithm) {
  const pgp = yield* OpenPgp
  const email = `${algorithm}@leap.test`
  const made = yield* pgp.generate({ name: "", email }, { expiresInSeconds: 86_400, algorithm })
  const { fingerprint } = yield* pgp.inspect(made.certificate)
  return { ...made, email, fingerprint }
})

/** Made once: RSA takes seconds. */
const made = new Map<KeyAlgorithm, Own>()
const known = Effect.fnUntraced(function*(algorithm: KeyAlgorithm) {
  const key = made.get(algorithm) ?? (yield* own(algorithm))
  made.set(algorithm, key)
  return key
})

type Own = Effect.Success<ReturnType<typeof own>>

const SIGNED = ["valid"]

const WAYS = ["encrypted →", "both →", "signed →", "encrypted ←", "both ←", "signed ←"] as const
type Way = typeof WAYS[number]

/** Each direction; the name of a way is a column of the table. */
const ways = (peer: Peer, theirs: Uint8Array, ours: Own) => {
  const from: Correspondent = ours
  const toThem = (isSigned: boolean) =>
    Effect.gen(function*() {
      const pgp = yield* OpenPgp
      const signWith = isSigned ? ours.secretKey : undefined
      const sealed = yield* pgp.encrypt({ data, recipients: [theirs, ours.certificate], signWith, anonymous: false })
      assert.deepStrictEqual(peer.open(sealed, isSigned ? from : undefined), data)
    })
  const toUs = (isSigned: boolean) =>
    Effect.gen(function*() {
      const pgp = yield* OpenPgp
      const sealed = peer.seal(data, from, isSigned)
      const opened = yield* pgp.decrypt({ data: sealed, secretKeys: [ours.secretKey], verifyWith: [theirs] })
      assert.deepStrictEqual(new Uint8Array(opened.data), data)
      assert.deepStrictEqual(opened.signatures.map(({ status }) => status), isSigned ? SIGNED : [])
    })
  const all: Record<Way, Effect.Effect<void, OpenPgpError, OpenPgp>> = {
    "encrypted →": toThem(false),
    "both →": toThem(true),
    "signed →": Effect.gen(function*() {
      const pgp = yield* OpenPgp
      peer.verify(data, yield* pgp.sign(data, ours.secretKey), from)
    }),
    "encrypted ←": toUs(false),
    "both ←": toUs(true),
    "signed ←": Effect.gen(function*() {
      const pgp = yield* OpenPgp
      const signature = peer.sign(data)
      const checks = yield* pgp.verify({ data, signature, verifyWith: [theirs] })
      assert.deepStrictEqual(checks.map(({ status }) => status), SIGNED)
      const others = yield* pgp.verify({ data: data.slice(1), signature, verifyWith: [theirs] })
      assert.deepStrictEqual(others.map(({ status }) => status), ["invalid"])
    })
  }
  return all
}

const table: Array<ReadonlyArray<string>> = [["program", "their key", "our key", ...WAYS]]

afterAll(() => {
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? []
  const lines = table.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd())
  process.stdout.write(`\n${lines.join("\n")}\n`)
})

/** Those before RFC 9580 do not read its keys, and say so when they are handed one. */
const canLearn = (peer: Peer, ours: Own): boolean => {
  try {
    peer.learn(ours)
    return true
  } catch (refused) {
    if (ours.email.startsWith("v6")) return false
    throw refused
  }
}

describe("interoperability", () => {
  for (const program of PROGRAMS) {
    if (program.version === undefined) table.push([program.name, "not installed: skipped"])
    describe(program.name, () => {
      for (const [algorithm, names] of PAIRS) {
        it.live.skipIf(program.version === undefined)(
          program.version === undefined ? `skipped: ${program.name} is not installed` : `both directions, ${algorithm}`,
          () =>
            Effect.gen(function*() {
              const pgp = yield* OpenPgp
              const peer = yield* program.open(algorithm, "peer@leap.test")
              const theirs = yield* pgp.dearmor(peer.certificate)
              assert.isTrue((yield* pgp.inspect(theirs)).canEncrypt)
              for (const name of names) {
                const ours = yield* known(name)
                const all = ways(peer, theirs, ours)
                const row = [`${program.name} ${program.version ?? ""}`, algorithm, name]
                if (!canLearn(peer, ours)) {
                  table.push([...row, "it reads no v6 keys"])
                  continue
                }
                for (const way of WAYS) yield* all[way]
                table.push([...row, ...WAYS.map(() => "yes")])
              }
            }).pipe(Effect.scoped, Effect.provide(layer)),
          60_000
        )
      }
    })
  }
})
