import { defineConfig } from "vitest/config";

// The tests in a real browser: `npm run browser`, after `cargo build --package huan` with a built page.
export default defineConfig({
  test: {
    include: ["browser/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // As long as for what is waited for in the page: a busy machine is no fault of the page.
    expect: { poll: { timeout: 10_000 } },
    // Each file has a program and a browser of its own; more of them at once would only wait for each other.
    maxWorkers: 2,
    // The tests of a file are the chapters of one story.
    bail: 0,
    retry: 0,
  },
});
