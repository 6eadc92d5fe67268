import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { markMoves } from '../journeys/marks.ts'
import { fitOf } from '../scoring/fit.ts'
import { findEdge, target } from '../stages/edges.ts'
import type { LeadFields, Settled } from './open.ts'
import { firstSource } from './touches.ts'

/** Whoever came longer ago is no newcomer, and begins no journey. */
const newsMs = 7 * 86_400_000

/** Writes leads that begin: the row, the first line of its stage history, its score with what fit is known. */
export async function insertLeads(tx: Transaction, house: House, plans: readonly Settled[]): Promise<void> {
  if (plans.length === 0) return
  const { version, playbook } = await house.playbook.current()
  const edge = findEdge(playbook, 'intake', null)
  if (!edge) throw new Error('the playbook has no intake edge')
  const start = target(edge, null)
  const now = house.clock.now()
  const field = (name: keyof LeadFields) =>
    plans.map(({ arrival }) => (arrival.fields?.[name] as string | undefined) || null)
  const ids = plans.map((plan) => plan.leadId)
  await tx.query(
    `INSERT INTO leads (id, name, company, title, industry, region, size, attributes, stage, desk, automation, first_source, last_source, stage_seq, stage_at, created_at, updated_at)
     SELECT id, coalesce(name, ''), company, title, industry, region, size, attributes, $9, $10, automation, source, source, 1, at, at, $13
     FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::jsonb[], $11::boolean[], $12::jsonb[], $14::timestamptz[])
       AS t(id, name, company, title, industry, region, size, attributes, automation, source, at)`,
    [
      ids,
      field('name'),
      field('company'),
      field('title'),
      field('industry'),
      field('region'),
      field('size'),
      plans.map(({ arrival }) => JSON.stringify(arrival.fields?.attributes ?? {})),
      start.stage,
      start.desk,
      plans.map(({ arrival }) => arrival.automation ?? true),
      plans.map(firstSource),
      now,
      plans.map(({ arrival }) => arrival.at),
    ],
  )
  await tx.query(
    `INSERT INTO stage_changes (lead_id, seq, edge, to_stage, to_desk, actor, rule, playbook_version, at)
     SELECT id, 1, $2, $3, $4, by, $2, $5, at FROM unnest($1::uuid[], $6::text[], $7::timestamptz[]) AS t(id, by, at)`,
    [
      ids,
      edge.id,
      start.stage,
      start.desk,
      version,
      plans.map(({ arrival }) => arrival.by),
      plans.map(({ arrival }) => arrival.at),
    ],
  )
  const live = plans.filter(
    ({ arrival }) => arrival.automation !== false && now.getTime() - arrival.at.getTime() < newsMs,
  )
  await markMoves(
    tx,
    house,
    live.map(({ leadId, arrival: { by } }) => ({ leadId, from: null, to: start, edge: edge.id, by })),
  )
  const fits = plans.map(({ arrival }) => fitOf(arrival.fields ?? {}, playbook.score))
  await tx.query(
    `INSERT INTO scores (lead_id, fit, fit_known, rules, updated_at) SELECT id, fit, known, $4, $5 FROM unnest($1::uuid[], $2::int[], $3::boolean[]) AS t(id, fit, known)`,
    [ids, fits.map(({ fit }) => Math.round(fit)), fits.map(({ known }) => known), version, now],
  )
}
