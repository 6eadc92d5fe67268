import type { House } from '../house.ts'

/**
 * Goes through work that is due, each piece by itself: one that fails is logged, stays due, and holds up nothing behind it.
 * @returns true when a full page went well enough that there may be more to do at once
 */
export async function eachAlone<T extends { id: string }>(
  house: Pick<House, 'log'>,
  due: readonly T[],
  page: number,
  run: (one: T) => Promise<void>,
): Promise<boolean> {
  let done = 0
  for (const one of due) {
    try {
      await run(one)
      done++
    } catch (error) {
      house.log.error({ id: one.id, err: error }, 'due work failed; it stays due')
    }
  }
  return due.length === page && done > 0
}
