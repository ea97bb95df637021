/**
 * The installed program: our modules and Effect's in a few files, which start in a third of the time and hold half the
 * memory of a thousand. The launcher and the modules for other programs stay as tsc writes them.
 */
import { defineConfig } from "rolldown"
import manifest from "./package.json" with { type: "json" }

const isEffect = (name: string): boolean => /^(effect|@effect\/[^/]+)$/.test(name)

/** What npm installs beside us stays where it is: a file or two each, or native. */
const external = Object.keys(manifest.dependencies)
  .filter((name) => !isEffect(name))
  .map((name) => new RegExp(`^${name}(/|$)`))

export const input = {
  main: "src/apps/main.ts",
  // Programs of threads, which lie beside whoever starts them.
  CheckpointThread: "src/adapters/sqlite/CheckpointThread.ts",
  EngineWorker: "src/adapters/openpgp/EngineWorker.ts",
  MaintenanceThread: "src/adapters/sqlite/MaintenanceThread.ts"
}

export default defineConfig({
  platform: "node",
  input,
  external,
  output: { dir: "dist/apps", chunkFileNames: "shared-[hash].js" }
})
