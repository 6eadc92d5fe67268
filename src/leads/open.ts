import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { fitOf } from '../scoring/fit.ts'
import { findEdge, target } from '../stages/edges.ts'
import { type IdentityKey, type IdentityValue, identityKey, identityKinds } from './identities.ts'
import { mergeLeads } from './merge.ts'
import { idFrom, record } from './record.ts'
import { putTags } from './tags.ts'

export interface LeadFields {
  name?: string | undefined
  company?: string | undefined
  title?: string | undefined
  industry?: string | undefined
  region?: string | undefined
  size?: string | undefined
  attributes?: Record<string, unknown> | undefined
}

/** How a person reached us this time. */
export interface Arrival {
  identities: readonly IdentityValue[]
  fields?: LeadFields
  /** null: no touch, the lead is only looked up (and opened when nobody has it). */
  source: {
    kind: string
    channel?: string | null
    campaign?: string | null
    state?: string | null
    userid?: string | null
  } | null
  tags?: readonly { group: string; name: string }[]
  at: Date
  by: string
  /** What makes this arrival this one; the touch is kept once. */
  key: string
  /** False: found by the first sync, silent until an admin switches automation on. */
  automation?: boolean
  /** The lead these identities surely belong to (an import row or a form that names it). */
  leadId?: string
}

export interface Opened {
  /** The lead that speaks for the person now. */
  leadId: string
  created: boolean
  /** Anything new was learnt: a field, an identity. */
  changed: boolean
  /** The live code the person came through, when it is one of ours. */
  code: LiveCodeHit | null
}

export interface LiveCodeHit {
  id: string
  state: string
  kind: 'live' | 'join' | 'handover'
  welcome: string | null
}

interface CodeRow extends LiveCodeHit {
  name: string
  tags: { group: string; name: string }[]
  source: { channel?: string; campaign?: string } | null
  lead_id: string | null
}

interface Plan {
  arrival: Arrival
  keys: IdentityKey[]
  code: CodeRow | null
  leadId: string
  created: boolean
  changed: boolean
}

/**
 * One person once: each arrival finds the lead who shares an identity or begins one, set-based, whatever comes at the same
 * time elsewhere. Identities that point at two leads file a suggestion; the strongest says whose this arrival is.
 * A join or hand-over code says it by itself: whoever comes through it *is* its lead.
 * @returns one answer per arrival, in order.
 */
export async function openLeads(tx: Transaction, house: House, arrivals: readonly Arrival[]): Promise<Opened[]> {
  if (arrivals.length === 0) return []
  const codes = await findCodes(tx, arrivals)
  const plans: Plan[] = arrivals.map((arrival) => ({
    arrival,
    keys: arrival.identities.flatMap((identity) => identityKey(house.seal, identity) ?? []),
    code: codes.get(arrival.source?.state ?? '') ?? null,
    leadId: '',
    created: false,
    changed: false,
  }))
  await settle(tx, house, plans)
  await fillFields(
    tx,
    house,
    plans.filter((plan) => !plan.created),
  )
  await keepTouches(tx, house, plans)
  return plans.map(({ leadId, created, changed, code }) => ({ leadId, created, changed, code }))
}

async function findCodes(tx: Transaction, arrivals: readonly Arrival[]): Promise<Map<string, CodeRow>> {
  const states = [...new Set(arrivals.flatMap((arrival) => arrival.source?.state ?? []))]
  if (states.length === 0) return new Map()
  const rows = await tx.query<CodeRow>(
    'SELECT id, state, kind, name, tags, source, welcome, lead_id FROM live_codes WHERE state = ANY($1)',
    [states],
  )
  return new Map(rows.map((row) => [row.state, row]))
}

const spell = (key: { kind: string; key: string }): string => `${key.kind}\0${key.key}`

async function findOwners(tx: Transaction, keys: readonly IdentityKey[]): Promise<Map<string, string>> {
  if (keys.length === 0) return new Map()
  const rows = await tx.query<{ kind: string; key: string; lead: string }>(
    `SELECT i.kind, i.key, CASE WHEN l.merged_into IS NULL THEN l.id ELSE lead_root(l.id) END AS lead
     FROM unnest($1::text[], $2::text[]) AS k(kind, key) JOIN identities i USING (kind, key) JOIN leads l ON l.id = i.lead_id`,
    [keys.map((key) => key.kind), keys.map((key) => key.key)],
  )
  return new Map(rows.map((row) => [spell(row), row.lead]))
}

/** Decides whose each arrival is, writes new leads and identities, and gives way to whoever was quicker. */
async function settle(tx: Transaction, house: House, plans: Plan[]): Promise<void> {
  const owners = await findOwners(
    tx,
    plans.flatMap((plan) => plan.keys),
  )
  const named = await rootsOf(tx, [
    ...new Set(plans.flatMap((plan) => plan.code?.lead_id ?? plan.arrival.leadId ?? [])),
  ])
  const strength = (key: IdentityKey) => identityKinds.indexOf(key.kind)
  const fresh: Plan[] = []
  const attach: { plan: Plan; key: IdentityKey }[] = []
  const disagree: { a: string; b: string; why: IdentityKey }[] = []
  for (const plan of plans) {
    const sure = named.get(plan.code?.lead_id ?? plan.arrival.leadId ?? '')
    const keys = [...plan.keys].sort((a, b) => strength(a) - strength(b))
    const known = keys.flatMap((key) => owners.get(spell(key)) ?? [])
    plan.leadId = sure ?? known[0] ?? newId(house.clock)
    plan.created = sure === undefined && known.length === 0
    if (plan.created) fresh.push(plan)
    for (const key of keys) {
      const owner = owners.get(spell(key))
      if (owner === undefined) {
        // Later arrivals of this batch with the same identity are the same person.
        owners.set(spell(key), plan.leadId)
        attach.push({ plan, key })
        plan.changed = true
      } else if (owner !== plan.leadId) {
        if (plan.code?.lead_id && key.kind === 'externalUserId') {
          // He came through his own code, so both are he; the one who already is in WeCom keeps the name.
          await mergeLeads(tx, house, owner, plan.leadId, 'system')
          for (const [known, lead] of owners) if (lead === plan.leadId) owners.set(known, owner)
          plan.leadId = owner
        } else disagree.push({ a: plan.leadId, b: owner, why: key })
      }
    }
  }
  await insertLeads(tx, house, fresh)
  await attachIdentities(tx, house, attach, plans)
  await suggestMerges(tx, house, disagree)
}

async function rootsOf(tx: Transaction, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = await tx.query<{ id: string; root: string | null }>(
    'SELECT id, lead_root(id) AS root FROM unnest($1::uuid[]) AS id',
    [ids],
  )
  return new Map(rows.flatMap((row) => (row.root ? [[row.id, row.root] as const] : [])))
}

async function insertLeads(tx: Transaction, house: House, plans: readonly Plan[]): Promise<void> {
  if (plans.length === 0) return
  const { version, playbook } = await house.playbook.current()
  const edge = findEdge(playbook, 'intake', null)
  if (!edge) throw new Error('the playbook has no intake edge')
  const start = target(edge, null)
  const now = house.clock.now()
  const field = (name: keyof LeadFields) =>
    plans.map(({ arrival }) => (arrival.fields?.[name] as string | undefined) || null)
  const ids = plans.map((plan) => plan.leadId)
  const marketing = plans.map(() => 'default')
  await tx.query(
    `INSERT INTO leads (id, name, company, title, industry, region, size, attributes, stage, desk, automation, marketing, stage_seq, stage_at, created_at, updated_at)
     SELECT id, coalesce(name, ''), company, title, industry, region, size, attributes, $9, $10, automation, marketing, 1, at, at, $13
     FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::jsonb[], $11::boolean[], $12::text[], $14::timestamptz[])
       AS t(id, name, company, title, industry, region, size, attributes, automation, marketing, at)`,
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
      marketing,
      now,
      plans.map(({ arrival }) => arrival.at),
    ],
  )
  await tx.query(
    `INSERT INTO stage_changes (lead_id, seq, edge, to_stage, to_desk, actor, playbook_version, at)
     SELECT id, 1, $2, $3, $4, by, $5, at FROM unnest($1::uuid[], $6::text[], $7::timestamptz[]) AS t(id, by, at)`,
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
  const fits = plans.map(({ arrival }) => fitOf(arrival.fields ?? {}, playbook.score))
  await tx.query(
    `INSERT INTO scores (lead_id, fit, fit_known, rules, updated_at) SELECT id, fit, known, $4, $5 FROM unnest($1::uuid[], $2::int[], $3::boolean[]) AS t(id, fit, known)`,
    [ids, fits.map(({ fit }) => Math.round(fit)), fits.map(({ known }) => known), version, now],
  )
}

/** Attaches identities; where another transaction was quicker, a lead begun here for nothing else gives way to its. */
async function attachIdentities(
  tx: Transaction,
  house: House,
  attach: readonly { plan: Plan; key: IdentityKey }[],
  plans: readonly Plan[],
): Promise<void> {
  if (attach.length === 0) return
  const sorted = [...attach].sort((a, b) => (spell(a.key) < spell(b.key) ? -1 : 1))
  const written = await tx.query<{ kind: string; key: string }>(
    `INSERT INTO identities (kind, key, lead_id, sealed, hint, source, created_at)
     SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
     ON CONFLICT (kind, key) DO NOTHING RETURNING kind, key`,
    [
      sorted.map(({ key }) => key.kind),
      sorted.map(({ key }) => key.key),
      sorted.map(({ plan }) => plan.leadId),
      sorted.map(({ key }) => key.sealed),
      sorted.map(({ key }) => key.hint),
      sorted.map(({ plan }) => plan.arrival.source?.kind ?? plan.arrival.by),
      sorted.map(({ plan }) => plan.arrival.at),
    ],
  )
  const mine = new Set(written.map(spell))
  const lost = sorted.filter(({ key }) => !mine.has(spell(key)))
  if (lost.length === 0) return
  const owners = await findOwners(
    tx,
    lost.map(({ key }) => key),
  )
  const disagree: { a: string; b: string; why: IdentityKey }[] = []
  for (const { plan, key } of lost) {
    const owner = owners.get(spell(key))
    if (owner === undefined || owner === plan.leadId) continue
    if (plan.created) {
      const abandoned = plan.leadId
      await mergeLeads(tx, house, owner, abandoned, 'system')
      for (const other of plans) if (other.leadId === abandoned) Object.assign(other, { leadId: owner, created: false })
    } else disagree.push({ a: plan.leadId, b: owner, why: key })
  }
  await suggestMerges(tx, house, disagree)
}

async function suggestMerges(
  tx: Transaction,
  house: House,
  pairs: readonly { a: string; b: string; why: IdentityKey }[],
): Promise<void> {
  for (const { a, b, why } of pairs) {
    const [first, second] = a < b ? [a, b] : [b, a]
    await tx.query(
      `INSERT INTO merge_suggestions (id, a, b, why, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (a, b) DO NOTHING`,
      [newId(house.clock), first, second, JSON.stringify([{ kind: why.kind, hint: why.hint }]), house.clock.now()],
    )
  }
}

/** What an arrival knows and the lead does not yet know is filled in; nothing known is overwritten. */
async function fillFields(tx: Transaction, house: House, plans: readonly Plan[]): Promise<void> {
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

async function keepTouches(tx: Transaction, house: House, plans: readonly Plan[]): Promise<void> {
  const touches = plans.flatMap((plan) => {
    const { source } = plan.arrival
    if (!source) return []
    const { code } = plan
    const touch = {
      kind: code && code.kind !== 'live' ? code.kind : source.kind,
      channel: code?.source?.channel ?? source.channel ?? (code?.kind === 'live' ? code.name : null),
      campaign: code?.source?.campaign ?? source.campaign ?? null,
      state: source.state ?? null,
      userid: source.userid ?? null,
    }
    return [{ plan, touch, at: plan.arrival.at, id: idFrom(`touch\0${plan.arrival.key}`) }]
  })
  if (touches.length > 0) {
    const kept = await tx.query<{ id: string }>(
      `INSERT INTO touches (id, lead_id, at, kind, channel, campaign, state, userid)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
       ON CONFLICT (id) DO NOTHING RETURNING id`,
      [
        touches.map(({ id }) => id),
        touches.map(({ plan }) => plan.leadId),
        touches.map(({ at }) => at),
        touches.map(({ touch }) => touch.kind),
        touches.map(({ touch }) => touch.channel),
        touches.map(({ touch }) => touch.campaign),
        touches.map(({ touch }) => touch.state),
        touches.map(({ touch }) => touch.userid),
      ],
    )
    const isNew = new Set(kept.map((row) => row.id))
    const news = touches.filter(({ id }) => isNew.has(id))
    // A hand-over or a join is a step of the way, not where the person came from.
    const sources = news.filter(
      ({ touch, plan }) => touch.kind !== 'handover' && !(touch.kind === 'join' && !plan.created),
    )
    if (sources.length > 0) {
      await tx.query(
        `UPDATE leads l SET first_source = coalesce(l.first_source, t.source), last_source = t.source
         FROM (SELECT DISTINCT ON (id) id, source FROM unnest($1::uuid[], $2::jsonb[], $3::timestamptz[]) AS t(id, source, at) ORDER BY id, at DESC) t
         WHERE l.id = t.id AND (l.last_source IS NULL OR (l.last_source ->> 'at')::timestamptz <= (t.source ->> 'at')::timestamptz)`,
        [
          sources.map(({ plan }) => plan.leadId),
          sources.map(({ touch, at }) => JSON.stringify({ ...touch, at: at.toISOString() })),
          sources.map(({ at }) => at),
        ],
      )
    }
    await record(
      tx,
      news.map(({ plan, touch, at }) => ({
        leadId: plan.leadId,
        at,
        kind: 'touch',
        actor: plan.arrival.by,
        key: plan.arrival.key,
        data: { ...touch, created: plan.created },
      })),
    )
  }
  await putTags(
    tx,
    house,
    plans.flatMap(({ leadId, arrival, code }) => [
      ...(arrival.tags ?? []).map((tag) => ({ leadId, ...tag, by: arrival.by })),
      ...(code?.tags ?? []).map((tag) => ({ leadId, ...tag, by: arrival.by, rule: `live-code:${code?.id}` })),
    ]),
  )
}
