/** The package as others use it: packed, installed in an empty folder, its domain run with an adapter of their own. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { run } from "./Installed.ts"

const root = new URL("../../", import.meta.url).pathname
const bin = join(root, "node_modules", ".bin")

/** Fails with all that it said. */
const must = Effect.fnUntraced(function*(program: string, args: ReadonlyArray<string>, cwd: string) {
  const { code, stderr, stdout } = yield* run(program, args, { cwd })
  assert.strictEqual(code, 0, `${program} ${args.join(" ")}\n${stdout.toString()}\n${stderr}`)
  return stdout.toString()
})

interface Lock {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean } & Readonly<Record<string, unknown>>>>
}

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, "utf8"))

/** What npm would resolve, taken from our own lock: nothing is looked up that `npm ci` did not bring already. */
const writeProject = (folder: string, tarball: string): void => {
  const { packages } = readJson(join(root, "package-lock.json")) as Lock
  const { devDependencies: _, name: __, ...self } = packages[""] ?? {}
  const rest = Object.entries(packages).filter(([path, { dev }]) => path !== "" && dev !== true)
  const dependencies = { "leap-mail": `file:${tarball}` }
  const project = { name: "another-service", version: "1.0.0", type: "module", dependencies }
  writeFileSync(join(folder, "package.json"), JSON.stringify(project))
  writeFileSync(
    join(folder, "package-lock.json"),
    JSON.stringify({
      ...project,
      lockfileVersion: 3,
      requires: true,
      packages: {
        "": { ...project },
        "node_modules/leap-mail": { ...self, resolved: `file:${tarball}` },
        ...Object.fromEntries(rest)
      }
    })
  )
}

const TSCONFIG = {
  compilerOptions: {
    module: "NodeNext",
    target: "ES2024",
    lib: ["ES2024", "DOM"],
    types: [],
    strict: true,
    skipLibCheck: true,
    noEmit: true
  },
  include: ["program.ts"]
}

const changed = (folder: string): number =>
  Math.max(
    ...readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name, parentPath }) => statSync(join(parentPath, name)).mtimeMs)
  )

/** What `npm run build` made, where it is of these sources; otherwise made anew, beside what others may be using now. */
const build = (folder: string) =>
  existsSync(join(root, "dist")) && changed("dist") > changed("src")
    ? Effect.sync(() => cpSync(join(root, "dist"), folder, { recursive: true }))
    : must(join(bin, "tsc"), ["-p", "tsconfig.build.json", "--outDir", folder], root)

const temporary = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "leap-mail-reuse-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

describe("the package", () => {
  it.live("packed and installed elsewhere, runs another program's adapter, with types, and the command", () =>
    Effect.gen(function*() {
      const folder = yield* temporary
      const source = join(folder, "source")
      mkdirSync(source)
      yield* build(join(source, "dist"))
      for (const file of ["package.json", "README.md", "LICENSE"]) copyFileSync(join(root, file), join(source, file))
      const packed = yield* must("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], source)
      const [{ filename }] = JSON.parse(packed) as [{ readonly filename: string }]
      writeProject(folder, filename)
      yield* must("npm", ["ci", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"], folder)

      copyFileSync(join(root, "test", "e2e", "reuse", "program.ts"), join(folder, "program.ts"))
      writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(TSCONFIG))
      yield* must(join(bin, "tsc"), ["-p", folder], folder)
      const said = yield* must(process.execPath, ["program.ts"], folder)
      const { envelopes, left, received } = JSON.parse(said)
      assert.deepStrictEqual([received, left], [1, 0])
      assert.match(envelopes.join(), /^\(NIL "Reused" /)

      // Under the machine's own Node, whichever it is.
      const path = (process.env["PATH"] ?? "").split(delimiter).filter((entry) => !entry.startsWith(root))
      const installed = yield* run("npx", ["leap-mail", "--version"], {
        cwd: folder,
        env: { PATH: path.join(delimiter) }
      })
      const cloned = yield* must("npm", ["run", "--silent", "leap-mail", "--", "--version"], root)
      assert.strictEqual(installed.stdout.toString(), cloned)
      assert.include(cloned, (readJson(join(root, "package.json")) as { readonly version: string }).version)
    }))
})
