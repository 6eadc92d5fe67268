import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { fitOf } from '../scoring/fit.ts'
import type { LeadFields, Settled } from './open.ts'

/** What an arrival knows and the lead does not yet know is filled in; nothing known is overwritten. */
export async function fillFields(tx: Transaction, house: House, plans: readonly Settled[]): Promise<void> {
  const telling = plans.filter(({ arrival }) =>
    Object.values(arrival.fields ?? {}).some((value) => value !== undefined && value !== ''),
  )
  if (telling.length === 0) return
  // One row a lead: the first arrival of the batch that knows something speaks first.
  const byLead = new Map<string, LeadFields>()
  for (const { leadId, arrival } of telling) byLead.set(leadId, { ...arrival.fields, ...byLead.get(leadId) })
  const ids = [...byLead.keys()].sort()
  const field = (name: keyof LeadFields) => ids.map((id) => (byLead.get(id)?.[name] as string | undefined) || null)
  const rows = await tx.query<{ id: string } & LeadFields>(
    `UPDATE leads l SET name = CASE WHEN l.name = '' THEN coalesce(t.name, '') ELSE l.name END, company = coalesce(l.company, t.company),
       title = coalesce(l.title, t.title), industry = coalesce(l.industry, t.industry), region = coalesce(l.region, t.region),
       size = coalesce(l.size, t.size), attributes = t.attributes || l.attributes, updated_at = $9, version = l.version + 1
     FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::jsonb[])
       AS t(id, name, company, title, industry, region, size, attributes)
     WHERE l.id = t.id AND (l.name = '' AND t.name IS NOT NULL OR l.company IS NULL AND t.company IS NOT NULL OR l.title IS NULL AND t.title IS NOT NULL
       OR l.industry IS NULL AND t.industry IS NOT NULL OR l.region IS NULL AND t.region IS NOT NULL OR l.size IS NULL AND t.size IS NOT NULL
       OR NOT l.attributes @> t.attributes AND NOT (l.attributes ?& array(SELECT jsonb_object_keys(t.attributes))))
     RETURNING l.id, l.title, l.industry, l.region, l.size, l.company`,
    [
      ids,
      field('name'),
      field('company'),
      field('title'),
      field('industry'),
      field('region'),
      field('size'),
      ids.map((id) => JSON.stringify(byLead.get(id)?.attributes ?? {})),
      house.clock.now(),
    ],
  )
  await refit(tx, house, rows)
  const changed = new Set(rows.map((row) => row.id))
  for (const plan of plans) if (changed.has(plan.leadId)) plan.changed = true
}

/** Computes fit anew for leads whose profile changed. */
export async function refit(
  tx: Transaction,
  house: House,
  leads: readonly ({ id: string } & LeadFields)[],
): Promise<void> {
  if (leads.length === 0) return
  const { version, playbook } = await house.playbook.current()
  const fits = leads.map((lead) => fitOf(lead, playbook.score))
  await tx.query(
    `INSERT INTO scores AS s (lead_id, fit, fit_known, rules, updated_at) SELECT id, fit, known, $4, $5 FROM unnest($1::uuid[], $2::int[], $3::boolean[]) AS t(id, fit, known)
     ON CONFLICT (lead_id) DO UPDATE SET fit = excluded.fit, fit_known = excluded.fit_known, updated_at = excluded.updated_at`,
    [
      leads.map((lead) => lead.id),
      fits.map(({ fit }) => Math.round(fit)),
      fits.map(({ known }) => known),
      version,
      house.clock.now(),
    ],
  )
}
