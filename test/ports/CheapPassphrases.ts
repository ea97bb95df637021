/** Passphrases that are not slowed down: what programs are tested with has the real cost. */
import { Layer } from "effect"
import { PassphraseCost } from "../../src/ports/PasswordHash.ts"

export const layer = Layer.succeed(PassphraseCost, { memoryKiB: 64, passes: 1, parallelism: 1 })
