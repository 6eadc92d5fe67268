export type Urgency = 'calm' | 'soon' | 'late'

/** How near a deadline is, of a time that began at `from`. Soon: a quarter of it is left, or five minutes. */
export function urgencyOf({ from, dueAt }: { from: string; dueAt: string }, now: number): Urgency {
  const due = Date.parse(dueAt)
  if (now >= due) return 'late'
  const whole = due - Date.parse(from)
  return due - now <= Math.max(300_000, whole / 4) ? 'soon' : 'calm'
}
