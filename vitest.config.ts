import { defineConfig } from "vitest/config"

export default defineConfig({
  // As a program that has installed the package writes it.
  resolve: { alias: [{ find: /^leap-mail\/(.*)$/, replacement: `${import.meta.dirname}/src/$1.ts` }] },
  test: {
    include: ["test/**/*.test.ts"],
    // No test file leaves anything behind, so that what they share is loaded once, not once a file.
    isolate: false,
    // Of two processors vitest would use one; the tests of whole programs mostly wait.
    maxWorkers: 3,
    // For a machine that does much besides: what is to be fast is measured by the benchmarks.
    testTimeout: 120_000,
    hookTimeout: 120_000
  }
})
