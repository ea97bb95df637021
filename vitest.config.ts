import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // No test file leaves anything behind, so that what they share is loaded once, not once a file.
    isolate: false,
    testTimeout: 20_000,
    hookTimeout: 30_000
  }
})
