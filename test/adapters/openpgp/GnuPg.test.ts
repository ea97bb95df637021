/** Both directions with the real gpg, where it is installed. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { execFileSync, spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { layer } from "../../../src/adapters/openpgp/OpenPgpJs.ts"
import { OpenPgp } from "../../../src/ports/OpenPgp.ts"

const isInstalled = spawnSync("gpg", ["--version"]).status === 0
const TEXT = "Grüße aus der alten Welt\r\n"
const data = new TextEncoder().encode(TEXT)

const gpgHome = Effect.acquireRelease(
  Effect.sync(() => {
    // Sockets have short paths only.
    const home = mkdtempSync(join(tmpdir(), "gpg-"))
    const path = (name: string): string => join(home, name)
    const run = (args: ReadonlyArray<string>): string =>
      execFileSync("gpg", [
        "--homedir",
        home,
        "--batch",
        "--yes",
        "--pinentry-mode",
        "loopback",
        "--passphrase",
        "",
        "--trust-model",
        "always",
        "--status-fd",
        "1",
        ...args
      ], { stdio: ["ignore", "pipe", "pipe"] }).toString()
    return { home, path, run }
  }),
  ({ home }) =>
    Effect.sync(() => {
      spawnSync("gpgconf", ["--homedir", home, "--kill", "all"])
      rmSync(home, { recursive: true, force: true })
    })
)

describe("gpg", () => {
  it.live.skipIf(!isInstalled)(
    isInstalled ? "both directions" : "skipped: gpg is not installed",
    () =>
      Effect.gen(function*() {
        const pgp = yield* OpenPgp
        const gpg = yield* gpgHome
        gpg.run(["--quick-generate-key", "Gustav <gustav@leap.test>", "ed25519", "sign", "never"])
        const listing = gpg.run(["--with-colons", "--list-keys", "gustav@leap.test"])
        const theirFingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(listing)?.[1] ?? ""
        gpg.run(["--quick-add-key", theirFingerprint, "cv25519", "encr", "never"])
        gpg.run(["--output", gpg.path("gustav.pgp"), "--export", "gustav@leap.test"])
        const gustav = Uint8Array.from(readFileSync(gpg.path("gustav.pgp")))

        const ours = yield* pgp.generate({ name: "Olga", email: "olga@leap.test" }, { expiresInSeconds: 86_400 })
        const facts = yield* pgp.inspect(ours.certificate)
        writeFileSync(gpg.path("olga.pgp"), ours.certificate)
        gpg.run(["--import", gpg.path("olga.pgp")])
        assert.isTrue((yield* pgp.inspect(gustav)).canEncrypt)

        // Ours to gpg: encrypted and signed, then a detached signature.
        const sealed = yield* pgp.encrypt({
          data,
          recipients: [gustav, ours.certificate],
          signWith: ours.secretKey,
          anonymous: false
        })
        writeFileSync(gpg.path("sealed.pgp"), sealed)
        const opened = gpg.run(["--output", gpg.path("opened"), "--decrypt", gpg.path("sealed.pgp")])
        assert.deepStrictEqual(Uint8Array.from(readFileSync(gpg.path("opened"))), data)
        assert.include(opened, `VALIDSIG ${facts.fingerprint}`)
        assert.include(opened, "DECRYPTION_OKAY")
        writeFileSync(gpg.path("data"), data)
        writeFileSync(gpg.path("data.sig"), yield* pgp.sign(data, ours.secretKey))
        assert.include(gpg.run(["--verify", gpg.path("data.sig"), gpg.path("data")]), `VALIDSIG ${facts.fingerprint}`)

        // In armor, whatever remains for the last line of the Base64.
        for (const padding of ["", "1", "22"]) {
          const bytes = new TextEncoder().encode(TEXT + padding)
          const encrypted = yield* pgp.encrypt({
            data: bytes,
            recipients: [gustav],
            signWith: undefined,
            anonymous: false
          })
          writeFileSync(gpg.path("sealed.asc"), yield* pgp.armor("message", encrypted))
          gpg.run(["--output", gpg.path("opened"), "--decrypt", gpg.path("sealed.asc")])
          assert.deepStrictEqual(Uint8Array.from(readFileSync(gpg.path("opened"))), bytes)
          writeFileSync(gpg.path("data"), bytes)
          writeFileSync(gpg.path("data.asc"), yield* pgp.armor("signature", yield* pgp.sign(bytes, ours.secretKey)))
          gpg.run(["--verify", gpg.path("data.asc"), gpg.path("data")])
        }
        writeFileSync(gpg.path("data"), data)

        // gpg to ours, compressed as gpg does by itself; binary and armored.
        for (const form of ["--no-armor", "--armor"]) {
          gpg.run([
            form,
            "--output",
            gpg.path("back"),
            "--sign",
            "--encrypt",
            "--recipient",
            "olga@leap.test",
            gpg.path("data")
          ])
          const back = yield* pgp.decrypt({
            data: Uint8Array.from(readFileSync(gpg.path("back"))),
            secretKeys: [ours.secretKey],
            verifyWith: [gustav]
          })
          assert.deepStrictEqual(Uint8Array.from(back.data), data)
          assert.deepStrictEqual(back.signatures.map((one) => [one.status, one.fingerprint]), [[
            "valid",
            theirFingerprint
          ]])
        }
        gpg.run(["--output", gpg.path("detached"), "--detach-sign", gpg.path("data")])
        const checks = yield* pgp.verify({
          data,
          signature: Uint8Array.from(readFileSync(gpg.path("detached"))),
          verifyWith: [gustav]
        })
        assert.deepStrictEqual(checks.map((one) => one.status), ["valid"])

        // gpg takes our secret key, too.
        writeFileSync(gpg.path("secret.pgp"), Redacted.value(ours.secretKey), { mode: 0o600 })
        assert.include(gpg.run(["--import", gpg.path("secret.pgp")]), "IMPORT_OK")
      }).pipe(Effect.scoped, Effect.provide(layer))
  )
})
