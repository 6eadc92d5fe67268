import { WecomError } from '../errcodes.ts'
import type { Wecom } from '../wecom.ts'

const held = new WeakMap<Wecom, Set<string>>()

/** Does `work` while holding the record named `key` for a moment; a second writer meanwhile gets 45035. */
export async function alone<T>(wecom: Wecom, key: string, work: () => T): Promise<T> {
  const keys = held.get(wecom) ?? new Set()
  held.set(wecom, keys)
  if (keys.has(key)) throw new WecomError(45035)
  keys.add(key)
  try {
    await new Promise((resolve) => setTimeout(resolve, wecom.faults.writeMs))
    return work()
  } finally {
    keys.delete(key)
  }
}
