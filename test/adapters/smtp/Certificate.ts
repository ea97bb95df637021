/** A certificate of this machine for tests, signed by itself, as openssl makes it. */
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { run } from "../../e2e/Installed.ts"

export interface Certificate {
  readonly key: string
  readonly cert: string
}

/** Into files `key.pem` and `cert.pem` of the folder, for those names. */
export const makeCertificate = Effect.fnUntraced(function*(folder: string, ...names: ReadonlyArray<string>) {
  const subject = `-subj /CN=${names[0] ?? "localhost"}`
  const extension = `-addext subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}`
  const files = `-keyout ${folder}/key.pem -out ${folder}/cert.pem`
  const key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
  const { code, stderr } = yield* run("openssl", `req -x509 -days 2 ${key} ${subject} ${extension} ${files}`.split(" "))
  if (code !== 0) return yield* Effect.die(new Error(stderr))
  const certificate: Certificate = {
    key: readFileSync(`${folder}/key.pem`, "utf8"),
    cert: readFileSync(`${folder}/cert.pem`, "utf8")
  }
  return certificate
})
