import { defineConfig } from 'vitest/config'

/** Pictures of every page to be looked at. Not part of `npm test`; run by `npm run screenshots`. */
export default defineConfig({
  test: {
    include: ['test/screenshots/**/*.screens.ts'],
    setupFiles: ['test/support/close-at-end.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 600_000,
    hookTimeout: 300_000,
    disableConsoleIntercept: true,
  },
})
