/** The OpenPgp port over whatever runs the engine: this thread, or others. */
import { Clock, Effect, Redacted } from "effect"
import { type KeyPair, OpenPgp, OpenPgpError } from "../../ports/OpenPgp.ts"
import { armored } from "./ArmorText.ts"
import type { Inputs, Operation, Outputs } from "./Engine.ts"
import { binary, isBinary } from "./Input.ts"
import { reasonOf } from "./Packets.ts"

/** `does`: what a person reads where it fails. */
export type Run = <Name extends Operation>(
  name: Name,
  does: string,
  input: Inputs[Name]
) => Effect.Effect<Outputs[Name], OpenPgpError>

export const attempt = <A>(operation: string, run: () => Promise<A>): Effect.Effect<A, OpenPgpError> =>
  Effect.tryPromise({
    try: run,
    catch: (cause) => new OpenPgpError({ operation, reason: reasonOf(cause) })
  })

const keyPair = ({ certificate, secretKey }: Outputs["extend"]): KeyPair => ({
  certificate,
  secretKey: Redacted.make(secretKey)
})

export const make = (run: Run): OpenPgp["Service"] =>
  OpenPgp.of({
    generate: Effect.fn("OpenPgpJs.generate")(function*(userId, { algorithm = "curve25519", expiresInSeconds }) {
      const now = yield* Clock.currentTimeMillis
      const made = yield* run("generate", "generate a key", { ...userId, expiresInSeconds, algorithm, now })
      return { ...keyPair(made), revocation: Redacted.make(made.revocation) }
    }),

    inspect: Effect.fn("OpenPgpJs.inspect")(function*(certificate, at) {
      const now = at ?? (yield* Clock.currentTimeMillis)
      return yield* run("inspect", "read the certificate", { certificate, now })
    }),

    certificateOf: Effect.fn("OpenPgpJs.certificateOf")((secretKey) =>
      run("certificateOf", "read the secret key", { secretKey: Redacted.value(secretKey) })
    ),

    extend: Effect.fn("OpenPgpJs.extend")(function*(secretKey, expiresAt) {
      const now = yield* Clock.currentTimeMillis
      return keyPair(yield* run("extend", "extend the key", { secretKey: Redacted.value(secretKey), expiresAt, now }))
    }),

    revocation: Effect.fn("OpenPgpJs.revocation")(function*(secretKey, reason) {
      const now = yield* Clock.currentTimeMillis
      const input = { secretKey: Redacted.value(secretKey), reason, now }
      return Redacted.make(yield* run("revocation", "make a revocation", input))
    }),

    revoked: Effect.fn("OpenPgpJs.revoked")((certificate, revocation) =>
      run("revoked", "revoke the key", { certificate, revocation: Redacted.value(revocation) })
    ),

    certify: Effect.fn("OpenPgpJs.certify")(function*(certificate, email, by) {
      const now = yield* Clock.currentTimeMillis
      return yield* run("certify", "certify the key", { certificate, email, by: Redacted.value(by), now })
    }),

    isCertified: Effect.fn("OpenPgpJs.isCertified")(function*(certificate, email, by) {
      const now = yield* Clock.currentTimeMillis
      return yield* run("isCertified", "check a certification", { certificate, email, by, now })
    }),

    merged: Effect.fn("OpenPgpJs.merged")(function*(known, shown) {
      return (yield* run("merged", "merge the certificates", { known, shown })) ?? known
    }),

    unlocked: Effect.fn("OpenPgpJs.unlocked")(function*(secretKey, passphrase) {
      const input = { secretKey: Redacted.value(secretKey), passphrase: Redacted.value(passphrase) }
      const unlocked = yield* run("unlocked", "unlock the secret key", input)
      return unlocked === undefined ? secretKey : Redacted.make(unlocked)
    }),

    encrypt: Effect.fn("OpenPgpJs.encrypt")(function*({ anonymous, data, recipients, signWith }) {
      const now = yield* Clock.currentTimeMillis
      const signer = signWith === undefined ? undefined : Redacted.value(signWith)
      return yield* run("encrypt", "encrypt", { anonymous, data, recipients, signWith: signer, now })
    }),

    decrypt: Effect.fn("OpenPgpJs.decrypt")(function*({ data, secretKeys, verifyWith }) {
      const now = yield* Clock.currentTimeMillis
      return yield* run("decrypt", "decrypt", { data, secretKeys: secretKeys.map(Redacted.value), verifyWith, now })
    }),

    sign: Effect.fn("OpenPgpJs.sign")(function*(data, secretKey) {
      const now = yield* Clock.currentTimeMillis
      return yield* run("sign", "sign", { data, secretKey: Redacted.value(secretKey), now })
    }),

    verify: Effect.fn("OpenPgpJs.verify")(function*(input) {
      const now = yield* Clock.currentTimeMillis
      return yield* run("verify", "verify", { ...input, now })
    }),

    encryptWithPassphrase: Effect.fn("OpenPgpJs.encryptWithPassphrase")(function*(data, passphrase) {
      const now = yield* Clock.currentTimeMillis
      return yield* run("encryptWithPassphrase", "encrypt", { data, passphrase: Redacted.value(passphrase), now })
    }),

    decryptWithPassphrase: Effect.fn("OpenPgpJs.decryptWithPassphrase")((data, passphrase) =>
      run("decryptWithPassphrase", "decrypt", { data, passphrase: Redacted.value(passphrase) })
    ),

    armor: Effect.fn("OpenPgpJs.armor")(function*(kind, data) {
      const octets = yield* attempt("armor", () => armored(kind, data))
      return new TextDecoder().decode(octets).replaceAll("\r\n", "\n")
    }),

    armored: Effect.fn("OpenPgpJs.armored")((kind, data) => attempt("armor", () => armored(kind, data))),

    dearmor: Effect.fn("OpenPgpJs.dearmor")((data) =>
      isBinary(data) ? Effect.succeed(data) : attempt("read the armor", () => binary(data))
    )
  })
