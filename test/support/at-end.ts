import { afterAll } from 'vitest'

const closings: (() => unknown)[] = []

/** Runs after the test file's last test and its own hooks; what was opened last is closed first. */
export function atEnd(close: () => unknown): void {
  closings.push(close)
}

/** Called once for every test file, by a set-up file: files that share a worker share its modules, not its hooks. */
export function closeAtEnd(): void {
  afterAll(async () => {
    const failures: unknown[] = []
    for (const close of closings.splice(0).reverse()) {
      try {
        await close()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures.length === 1 ? failures[0] : new AggregateError(failures)
  })
}
