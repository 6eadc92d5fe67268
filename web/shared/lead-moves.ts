import type { z } from 'zod'
import type { BriefSchema } from '../../src/http/api/console.schema.ts'

/** Why somebody does a thing: a reason's id or words of one's own, and the date it names. */
export interface GivenReason {
  reason: string
  note?: string | undefined
  at?: string | undefined
}

/** Something a person may do with a lead where it stands, and the call that does it. */
export interface LeadMove {
  id: string
  kind: 'accept' | 'decline' | 'verdict' | 'advance' | 'return'
  /** What it is called: the verdict's id, or the edge's id and the playbook's name for it. */
  verdict?: string
  name?: string
  /** The playbook's list a reason must come from. */
  reasons: string | null
  /** Below `/api/leads/ID/`. */
  path: string
  body(given: GivenReason | null): Record<string, unknown>
  canUndo?: boolean
}

/** `mayWork`: whether the lead is this person's to move on. */
export function leadMoves(
  { moves, offer }: Pick<z.infer<typeof BriefSchema>, 'moves' | 'offer'>,
  { version, undoSeconds, mayWork }: { version: number; undoSeconds: number; mayWork: boolean },
): LeadMove[] {
  const found: LeadMove[] = []
  if (offer?.mine)
    found.push(
      { id: 'accept', kind: 'accept', reasons: null, path: 'accept', body: () => ({}) },
      {
        id: 'decline',
        kind: 'decline',
        reasons: 'decline',
        path: 'decline',
        body: (given) => ({ reason: given?.reason }),
      },
    )
  for (const { edge, on, name, to, reasons } of moves) {
    const [verb, verdict] = on.split('.')
    const move = { id: edge, name, reasons }
    if (verb === 'verdict' && verdict)
      found.push({
        ...move,
        kind: 'verdict',
        verdict,
        path: 'verdict',
        body: (given) => ({
          verdict,
          reason: given?.reason,
          note: given?.note,
          remindAt: given?.at,
          version,
          undoSeconds,
        }),
        canUndo: true,
      })
    else if (verb === 'advance' && mayWork)
      found.push({
        ...move,
        kind: 'advance',
        path: 'advance',
        body: (given) => ({ to: to.stage, reason: given?.reason, version }),
      })
    else if (verb === 'return' && mayWork)
      found.push({
        ...move,
        kind: 'return',
        path: 'return',
        body: (given) => ({ reason: given?.reason, note: given?.note, until: given?.at, version }),
      })
  }
  return found
}
