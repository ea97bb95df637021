/** GnuPG. */
import { Effect } from "effect"
import { spawnSync } from "node:child_process"
import { type Correspondent, desk, mustSay, type Peer, type Program, versionOf } from "./Peer.ts"

const QUIET = ["--batch", "--yes", "--pinentry-mode", "loopback", "--passphrase", ""]

export const gnuPg: Program = {
  name: "gpg",
  version: versionOf("gpg"),
  open: Effect.fnUntraced(function*(algorithm, email) {
    const { get, home, path, put, run } = yield* desk((at) => {
      spawnSync("gpgconf", ["--homedir", at, "--kill", "all"])
    })
    const gpg = (...args: ReadonlyArray<string>): string =>
      run("gpg", ["--homedir", home, ...QUIET, "--trust-model", "always", "--status-fd", "1", ...args])
    const [primary, sub] = algorithm === "ecc" ? ["ed25519", "cv25519"] : ["rsa3072", "rsa3072"]
    const made = gpg("--quick-generate-key", email, primary, "sign", "never")
    const fingerprint = /KEY_CREATED \w ([0-9A-F]{40})/.exec(made)?.[1] ?? ""
    gpg("--quick-add-key", fingerprint, sub, "encr", "never")
    gpg("--output", path("own.pgp"), "--export", fingerprint)
    const peer: Peer = {
      certificate: get("own.pgp"),
      learn: ({ certificate, fingerprint: theirs }) => {
        mustSay(gpg("--import", put("theirs.pgp", certificate)), theirs)
      },
      seal: (data, { fingerprint: theirs }, isSigned) => {
        const sign = isSigned ? ["--sign"] : []
        gpg("--output", path("sealed"), "--recipient", theirs, ...sign, "--encrypt", put("data", data))
        return get("sealed")
      },
      sign: (data) => {
        gpg("--output", path("signature"), "--detach-sign", put("data", data))
        return get("signature")
      },
      open: (sealed, from) => {
        const said = gpg("--output", path("opened"), "--decrypt", put("sealed", sealed))
        if (from !== undefined) mustSay(said, `VALIDSIG ${from.fingerprint}`)
        return get("opened")
      },
      verify: (data, signature, from: Correspondent) =>
        mustSay(gpg("--verify", put("signature", signature), put("data", data)), `VALIDSIG ${from.fingerprint}`)
    }
    return peer
  })
}
