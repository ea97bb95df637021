/** SenderCheck that asks nobody: for a provider that nobody outside sends to. */
import { Effect, Layer } from "effect"
import { UNKNOWN } from "../../domain/incoming/Provenance.ts"
import { SenderCheck } from "../../ports/SenderCheck.ts"

export const layer: Layer.Layer<SenderCheck> = Layer.succeed(SenderCheck, { check: () => Effect.succeed(UNKNOWN) })
