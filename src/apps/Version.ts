/** The version of the installed package. */
import { Schema } from "effect"
import { createRequire } from "node:module"

const Package = Schema.Struct({ version: Schema.String })

export const { version } = Schema.decodeUnknownSync(Package)(createRequire(import.meta.url)("../../package.json"))
