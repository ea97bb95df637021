import { defineConfig } from "vitest/config"

/** At the other end: programs, servers and installations that npm does not bring, or several processes that are killed. */
const PROGRAMS = [
  "test/e2e/clients/**/*.test.ts",
  "test/e2e/{Devices,Kill,Nodes,Postfix,Provider,Reuse,Terminal}.test.ts",
  "test/apps/KillReplica.test.ts",
  "test/domain/memory/Memory.test.ts",
  "test/adapters/openpgp/{Interoperability,GnuPg}.test.ts"
]

export default defineConfig({
  // As a program that has installed the package writes it.
  resolve: { alias: [{ find: /^leap-mail\/(.*)$/, replacement: `${import.meta.dirname}/src/$1.ts` }] },
  test: {
    projects: [
      { extends: true, test: { name: "main", include: ["test/**/*.test.ts"], exclude: PROGRAMS } },
      { extends: true, test: { name: "programs", include: PROGRAMS } }
    ],
    // No test file leaves anything behind, so that what they share is loaded once, not once a file.
    isolate: false,
    // Where the processor has such keys, V8 loses its own pages when threads end, and stops the process
    // ("jit_page.has_value()", nodejs/node 64500).
    execArgv: ["--no-memory-protection-keys"],
    // Of two processors vitest would use one; the tests of whole programs mostly wait.
    maxWorkers: 2,
    // For a machine that does much besides: what is to be fast is measured by the benchmarks.
    testTimeout: 120_000,
    hookTimeout: 120_000
  }
})
