import type { House } from '../house.ts'
import { chooseRep } from '../routing/choose.ts'
import { readCandidates, readRoutingTags } from './candidates.ts'

/** Who would be offered a lead were it judged now, and why. Nobody's turn is taken by asking. */
export interface OfferPreview {
  userid: string | null
  rule: { id: string; name: string }
  /** What decided for him, or why nobody may. */
  note: string
  /** Leads in hand and the most he holds. */
  load: { open: number; capacity: number } | null
}

export async function previewOffer(
  house: House,
  lead: {
    id: string
    industry: string | null
    region: string | null
    company: string | null
    title: string | null
    stage: string
  },
): Promise<OfferPreview> {
  const { playbook, calendar } = await house.playbook.current()
  const at = house.clock.now()
  const [candidates, tags] = await Promise.all([
    readCandidates(house.db, lead.id, calendar, at),
    readRoutingTags(house.db, lead.id),
  ])
  const { routing } = playbook
  const choice = chooseRep({ lead: { ...lead }, tags, candidates, routing, at, tried: [], seed: lead.id })
  const rep = candidates.find(({ userid }) => userid === choice.userid)
  return {
    userid: choice.userid,
    rule: { id: choice.rule, name: routing.rules.find(({ id }) => id === choice.rule)?.name ?? choice.rule },
    note: choice.why.find(({ userid }) => userid === choice.userid)?.note ?? '没有可派的成员',
    load: rep ? { open: rep.open, capacity: rep.capacity ?? routing.capacity } : null,
  }
}
