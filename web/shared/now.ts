import { useSyncExternalStore } from 'react'
import { serverNow } from './call.ts'

const listeners = new Set<() => void>()
let ticking: number | undefined

/** The server's time, again every `step` ms; one clock for the whole page. */
export function useNow(step = 30_000): number {
  return useSyncExternalStore(listen, () => Math.floor(serverNow() / step) * step)
}

function listen(listener: () => void): () => void {
  listeners.add(listener)
  ticking ??= window.setInterval(() => {
    for (const tick of listeners) tick()
  }, 1000)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    window.clearInterval(ticking)
    ticking = undefined
  }
}
