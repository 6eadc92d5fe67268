const running = new Set<() => Promise<void>>()

/** What has to be ended when somebody interrupts. Answers how to forget it again. */
export function onInterrupt(end: () => Promise<void>): () => void {
  running.add(end)
  return () => running.delete(end)
}

/** Ends everything that runs, whatever becomes of the one or the other. */
export async function endAll(): Promise<void> {
  await Promise.allSettled([...running].map((end) => end()))
}
