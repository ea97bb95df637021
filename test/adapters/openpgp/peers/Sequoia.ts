/** Sequoia's `sq`, as Debian 12 has it. It keeps nothing: each call is given the keys. */
import { Effect } from "effect"
import { desk, type Peer, type Program, versionOf } from "./Peer.ts"

export const sequoia: Program = {
  name: "sq",
  version: versionOf("sq"),
  open: Effect.fnUntraced(function*(algorithm, email) {
    const { get, path, put, run } = yield* desk()
    const sq = (...args: ReadonlyArray<string>): string => run("sq", ["--force", ...args])
    const own = path("own.key")
    const suite = algorithm === "ecc" ? "cv25519" : "rsa3k"
    sq("key", "generate", "--userid", email, "--cipher-suite", suite, "--export", own, "--rev-cert", path("own.rev"))
    sq("key", "extract-cert", "--binary", "--output", path("own.pgp"), own)
    const theirs = path("theirs.pgp")
    const peer: Peer = {
      certificate: get("own.pgp"),
      learn: ({ certificate }) => {
        sq("inspect", put("theirs.pgp", certificate))
      },
      seal: (data, _to, isSigned) => {
        const sign = isSigned ? ["--signer-key", own] : []
        const files = ["--output", path("sealed"), put("data", data)]
        sq("encrypt", "--binary", "--recipient-cert", theirs, ...sign, ...files)
        return get("sealed")
      },
      sign: (data) => {
        sq("sign", "--detached", "--binary", "--signer-key", own, "--output", path("signature"), put("data", data))
        return get("signature")
      },
      open: (sealed, from) => {
        const check = from === undefined ? ["--signatures", "0"] : ["--signatures", "1", "--signer-cert", theirs]
        sq("decrypt", "--recipient-key", own, ...check, "--output", path("opened"), put("sealed", sealed))
        return get("opened")
      },
      verify: (data, signature) => {
        sq("verify", "--signer-cert", theirs, "--detached", put("signature", signature), put("data", data))
      }
    }
    return peer
  })
}
