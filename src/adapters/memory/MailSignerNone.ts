/** MailSigner that signs for nobody: another server does, or nothing leaves. */
import { Effect, Layer } from "effect"
import { MailSigner } from "../../ports/MailSigner.ts"

export const layer: Layer.Layer<MailSigner> = Layer.succeed(MailSigner, { sign: (bytes) => Effect.succeed(bytes) })
