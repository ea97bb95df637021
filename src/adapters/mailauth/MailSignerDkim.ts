/** MailSigner with DKIM (RFC 6376, RFC 8463), by mailauth. */
import { Effect, Layer, Redacted } from "effect"
import { dkimSign } from "mailauth"
import { MailSigner, MailSignerError } from "../../ports/MailSigner.ts"

export interface Options {
  /** In lower case. Mail of others is not signed. */
  readonly domains: ReadonlyArray<string>
  readonly selector: string
  /** PEM, RSA or Ed25519. */
  readonly privateKey: Redacted.Redacted<string>
}

export const layer = ({ domains, privateKey, selector }: Options): Layer.Layer<MailSigner> =>
  Layer.succeed(MailSigner, {
    sign: Effect.fn("MailSignerDkim.sign")(function*(bytes, domain) {
      if (!domains.includes(domain)) return bytes
      const key = { signingDomain: domain, selector, privateKey: Redacted.value(privateKey) }
      const { errors, signatures } = yield* Effect.tryPromise({
        try: () =>
          dkimSign(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), {
            canonicalization: "relaxed/relaxed",
            // Its types ask for one key, its code for a list of them.
            ...key,
            signatureData: [key]
          }),
        catch: (cause) => new MailSignerError({ reason: String(cause) })
      })
      const [error] = errors
      if (error !== undefined) return yield* new MailSignerError({ reason: error.err.message })
      const field = new TextEncoder().encode(signatures)
      const signed = new Uint8Array(field.length + bytes.length)
      signed.set(field)
      signed.set(bytes, field.length)
      return signed
    })
  })
