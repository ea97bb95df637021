/** What is refused beside what the compiler refuses: mistakes, and doors through the walls of the house (CONTRIBUTING). */
import { defineConfig, type OxlintOverride } from "oxlint"

/** One library, one room: only that adapter imports it. */
const ROOMS: Readonly<Record<string, ReadonlyArray<string>>> = {
  bip39: ["@scure/**"],
  mailauth: ["mailauth", "mailauth/**"],
  nodemailer: ["nodemailer", "nodemailer/**"],
  opaque: ["@serenity-kit/*"],
  openpgp: ["openpgp"],
  postgres: ["@effect/sql-pg"],
  smtp: ["smtp-server"],
  sqlite: ["better-sqlite3*"],
  uqr: ["uqr"],
  x509: ["@peculiar/*"]
}

interface Pattern {
  readonly group?: Array<string>
  readonly regex?: string
  readonly message: string
}

const refuse = (...patterns: Array<Pattern>): ["error", { patterns: Array<Pattern> }] => ["error", { patterns }]

/** All but those of `room`. */
const libraries = (room?: string): Pattern => ({
  group: Object.entries(ROOMS).flatMap(([name, group]) => name === room ? [] : group),
  message: "One library, one room: only its own adapter imports it."
})

/** `up`: from a file to the folder that all adapters are in. */
const adapter = (files: string, up: string, room?: string): OxlintOverride => ({
  files: [files],
  rules: {
    "no-restricted-imports": refuse(
      { group: ["**/apps/**"], message: "Nothing imports apps." },
      { regex: `^${up}[a-z]`, message: "An adapter imports domain, ports and its own library, never another adapter." },
      libraries(room)
    )
  }
})

/** Runs anywhere: nothing of Node, of an adapter or of a program. */
const pure = (files: string, message: string): OxlintOverride => ({
  files: [files],
  rules: {
    "no-restricted-globals": ["error", "Buffer", "process"],
    "no-restricted-imports": refuse({
      group: ["node:*", "@effect/*", "effect/*", ...libraries().group ?? [], "**/adapters/**", "**/apps/**"],
      message
    })
  }
})

export default defineConfig({
  plugins: ["typescript", "import", "unicorn", "oxc"],
  categories: { correctness: "error" },
  ignorePatterns: ["node_modules", "dist", "test/fixtures"],
  rules: {
    "import/no-cycle": "error",
    "typescript/no-explicit-any": "error",
    "no-console": "error",
    "require-yield": "off",
    "no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
    "unicorn/no-thenable": "off",
    "no-control-regex": "off"
  },
  overrides: [
    pure("src/domain/**", "The domain imports effect, itself and (programs) ports."),
    pure("src/ports/**", "A port imports effect and domain types only."),
    adapter("src/adapters/*/*.ts", "\\.\\./"),
    adapter("src/adapters/*/*/*.ts", "\\.\\./\\.\\./"),
    ...Object.keys(ROOMS).map((room) => adapter(`src/adapters/${room}/*.ts`, "\\.\\./", room)),
    { files: ["src/apps/**"], rules: { "no-restricted-imports": refuse(libraries()) } },
    { files: ["bench/**", "test/**"], rules: { "no-console": "off" } }
  ]
})
