/** Tells a job that there is something for it. Only a hint: what there is to do stands in rows, and every job also runs by itself. */
export interface Wake {
  /** Never throws, never blocks; the queue may be down, flushed or lost. */
  up(job: string): void
}
