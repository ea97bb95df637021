/** RNP, which is what Thunderbird has inside. */
import { Effect } from "effect"
import { type Correspondent, desk, mustSay, type Peer, type Program, versionOf } from "./Peer.ts"

/** Choices of `rnpkeys --expert`. */
const EXPERT = { ecc: "22\n", rsa: "1\n3072\n" } as const

export const rnp: Program = {
  name: "rnp",
  version: versionOf("rnp"),
  open: Effect.fnUntraced(function*(algorithm, email) {
    const { get, home, path, put, run } = yield* desk()
    const common = ["--homedir", home, "--notty", "--password", "", "--overwrite"]
    const keys = (args: ReadonlyArray<string>, input?: string): string => run("rnpkeys", [...common, ...args], input)
    const does = (...args: ReadonlyArray<string>): string => run("rnp", [...common, ...args])
    keys(["--generate-key", "--expert", "--userid", email], EXPERT[algorithm])
    keys(["--export-key", email, "--output", path("own.asc")])
    const isGood = (said: string, { fingerprint }: Correspondent): void => {
      mustSay(said, "Good signature")
      mustSay(said, fingerprint)
    }
    const peer: Peer = {
      certificate: get("own.asc"),
      learn: ({ certificate, fingerprint }) => {
        mustSay(keys(["--import", put("theirs.pgp", certificate)]), fingerprint)
      },
      seal: (data, to, isSigned) => {
        const sign = isSigned ? ["--sign", "--userid", email] : []
        does("--encrypt", "--recipient", to.email, ...sign, "--output", path("sealed"), put("data", data))
        return get("sealed")
      },
      sign: (data) => {
        does("--sign", "--detach", "--userid", email, "--output", path("signature"), put("data", data))
        return get("signature")
      },
      open: (sealed, from) => {
        const said = does("--decrypt", "--output", path("opened"), put("sealed", sealed))
        if (from !== undefined) isGood(said, from)
        return get("opened")
      },
      verify: (data, signature, from) => {
        put("data", data)
        isGood(does("--verify", put("data.sig", signature)), from)
      }
    }
    return peer
  })
}
