import type { Call } from './api.ts'

type Priority = NonNullable<Call['priority']>

/** Lets so many calls of one API run at once; who waits goes in by priority, then by order of arrival. */
export interface Gate {
  /** Answers the way out, or `undefined` when no place was free within `patienceMs`. */
  enter(priority: Priority, patienceMs: number): Promise<(() => void) | undefined>
  /** WeCom found us too parallel (45033): half as many from now on, growing back with calls that end well. */
  halve(): void
  readonly width: number
}

const order: readonly Priority[] = ['urgent', 'normal', 'background']
const callsPerStep = 50

/** `widest` is the number of calls at once while WeCom does not complain. */
export function createGate(widest: number): Gate {
  let width = widest
  let inside = 0
  let sinceHalved = 0
  const waiting: Record<Priority, (() => void)[]> = { urgent: [], normal: [], background: [] }

  const letIn = (): void => {
    for (const priority of order)
      while (inside < width) {
        const next = waiting[priority].shift()
        if (!next) break
        inside += 1
        next()
      }
  }

  const leaveOnce = (): (() => void) => {
    let left = false
    return () => {
      if (left) return
      left = true
      inside -= 1
      sinceHalved += 1
      if (width < widest && sinceHalved >= callsPerStep) {
        width += 1
        sinceHalved = 0
      }
      letIn()
    }
  }

  return {
    get width() {
      return width
    },
    async enter(priority, patienceMs) {
      if (inside < width) {
        inside += 1
        return leaveOnce()
      }
      return new Promise((resolve) => {
        const come = () => {
          clearTimeout(timer)
          resolve(leaveOnce())
        }
        const timer = setTimeout(() => {
          waiting[priority] = waiting[priority].filter((other) => other !== come)
          resolve(undefined)
        }, patienceMs)
        waiting[priority].push(come)
      })
    },
    halve() {
      width = Math.max(1, Math.floor(width / 2))
      sinceHalved = 0
    },
  }
}
