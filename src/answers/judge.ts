import type { Hit } from './find.ts'

/** How near is near enough; the playbook says. */
export interface Nearness {
  sure: number
  near: number
  apart: number
  most: number
}

/** Sure of one, when nothing else is nearly as near; and those that are near enough to ask about. Hits come nearest first. */
export function judge(hits: readonly Hit[], { sure, near, apart, most }: Nearness): { sure: Hit | null; near: Hit[] } {
  const [first, second] = hits
  const isSure = first !== undefined && first.score >= sure && (!second || first.score - second.score >= apart)
  return { sure: isSure ? first : null, near: hits.filter(({ score }) => score >= near).slice(0, most) }
}
