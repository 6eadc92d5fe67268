import type { Playbook } from '../playbook/schema.ts'
import type { Edge } from '../playbook/stages-schema.ts'
import { findEdge, type Place, target } from '../stages/edges.ts'

/** The machine's steps to the review desk from here: one, or out of a closed room first; none where the rules know no way. */
export function wayToReview(playbook: Pick<Playbook, 'edges'>, at: Place): Edge[] {
  const direct = findEdge(playbook, 'nominate', at)
  if (direct) return [direct]
  const back = findEdge(playbook, 'reactivate', at)
  if (!back) return []
  const on = findEdge(playbook, 'nominate', target(back, at))
  return on ? [back, on] : [back]
}

/** The latest of the ways he came by that the rules send straight to review. */
export function listedSource<Source extends { kind: string; channel: string | null }>(
  { review: { channels } }: Pick<Playbook, 'review'>,
  sources: readonly Source[],
): Source | undefined {
  return sources.find(({ kind, channel }) => channels.includes(channel ?? '') || channels.includes(kind))
}
