import type { Sql } from '../db.ts'
import type { Rules } from '../playbook/keep.ts'
import { acquaintanceOf, type LeadFacts } from './facts.ts'
import type { Variables } from './render.ts'

/** What templates may speak of. What is not known is left out, so that `| default: …` speaks. */
export async function variablesFor(
  sql: Sql,
  { playbook }: Rules,
  lead: LeadFacts | null,
  sender: string | null,
  more: Variables = {},
): Promise<Variables> {
  const people = [sender, lead?.owner].filter((userid) => userid != null).map((userid) => userid.toLowerCase())
  const staff =
    people.length === 0
      ? []
      : await sql.query<{ userid: string; name: string }>(
          `SELECT userid, name FROM staff WHERE lower(userid) = ANY($1) AND name <> ''`,
          [people],
        )
  const named = (userid: string | null | undefined) =>
    staff.find((member) => member.userid.toLowerCase() === userid?.toLowerCase())?.name
  return {
    lead: lead
      ? {
          name: lead.name,
          company: lead.company,
          title: lead.title,
          industry: lead.industry,
          region: lead.region,
          stage: playbook.stages[lead.stage]?.name ?? lead.stage,
        }
      : {},
    sender: { name: named(sender) },
    rep: { name: named(lead?.owner) },
    source: { channel: lead?.source?.channel, campaign: lead?.source?.campaign },
    known: { name: (lead && acquaintanceOf(lead, sender)?.staffName) ?? undefined },
    need: lead?.needs[0],
    company: playbook.company,
    ...more,
  }
}
