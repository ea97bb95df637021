/** The OpenPgp port on openpgp.js, in this thread. */
import { Layer } from "effect"
import { OpenPgp } from "../../ports/OpenPgp.ts"
import { engine } from "./Engine.ts"
import { attempt, make, type Run } from "./Service.ts"

const run: Run = (name, does, input) => attempt(does, () => engine[name](input))

export const layer: Layer.Layer<OpenPgp> = Layer.succeed(OpenPgp, make(run))
