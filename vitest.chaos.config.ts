import { defineConfig, mergeConfig } from 'vitest/config'
import base from './vitest.config.ts'

/** The fault suite: real processes, one story at a time. Not part of `npm test`; run by `npm run chaos`. */
export default defineConfig({
  test: {
    ...mergeConfig(base, {}).test,
    include: ['test/chaos/**/*.chaos.ts'],
    maxWorkers: 1,
    testTimeout: 300_000,
    hookTimeout: 180_000,
  },
})
