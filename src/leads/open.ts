import type { CodeKind } from '../codes/carriers.ts'
import type { CodePlan } from '../codes/plan.ts'
import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { insertLeads } from './begin.ts'
import { fillFields } from './fill-fields.ts'
import { type IdentityKey, type IdentityValue, identityKey, identityKinds } from './identities.ts'
import { mergeLeads } from './merge.ts'
import { keepTouches } from './touches.ts'

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
  kind: CodeKind
  welcome: string | null
  plan: CodePlan
}

export interface CodeRow extends LiveCodeHit {
  name: string
  tags: { group: string; name: string }[]
  source: { channel?: string; campaign?: string } | null
  lead_id: string | null
}

/** What became of an arrival so far. */
export interface Settled {
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
  const plans: Settled[] = arrivals.map((arrival) => ({
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
    'SELECT id, state, kind, name, tags, source, welcome, plan, lead_id FROM live_codes WHERE state = ANY($1)',
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
async function settle(tx: Transaction, house: House, plans: Settled[]): Promise<void> {
  const owners = await findOwners(
    tx,
    plans.flatMap((plan) => plan.keys),
  )
  const named = await rootsOf(tx, [
    ...new Set(plans.flatMap((plan) => plan.code?.lead_id ?? plan.arrival.leadId ?? [])),
  ])
  const externals = await externalsOf(tx, [...new Set(named.values())])
  const strength = (key: IdentityKey) => identityKinds.indexOf(key.kind)
  const fresh: Settled[] = []
  const attach: { plan: Settled; key: IdentityKey }[] = []
  const disagree: { a: string; b: string; why: IdentityKey }[] = []
  for (const plan of plans) {
    const sure = sureLead(plan, named, externals)
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
        if (cameByOwnCode(plan, key)) {
          // He came through his own code, so both are he; the one who already is in WeCom keeps the name.
          const isBeginning = fresh.some(({ leadId, created }) => created && leadId === owner)
          const [from, to] = isBeginning ? [owner, plan.leadId] : [plan.leadId, owner]
          // One who begins in this very batch is not written yet and has nothing to keep.
          if (to === owner) await mergeLeads(tx, house, to, from, 'system')
          for (const leads of [owners, named]) for (const [of, lead] of leads) if (lead === from) leads.set(of, to)
          externals.set(to, new Set([key.key, ...(externals.get(to) ?? [])]))
          for (const other of plans) if (other.leadId === from) Object.assign(other, { leadId: to, created: false })
        } else disagree.push({ a: plan.leadId, b: owner, why: key })
      }
    }
  }
  await insertLeads(
    tx,
    house,
    fresh.filter(({ created }) => created),
  )
  await attachIdentities(tx, house, attach, plans)
  await suggestMerges(tx, house, disagree)
}

const cameByOwnCode = ({ code }: Settled, { kind }: IdentityKey): boolean =>
  typeof code?.lead_id === 'string' && kind === 'externalUserId'

/**
 * The lead an arrival names by itself. A code made for one person may be handed on: whoever comes through it after him is
 * somebody else and comes as anybody does.
 */
function sureLead(
  plan: Settled,
  named: ReadonlyMap<string, string>,
  externals: Map<string, Set<string>>,
): string | undefined {
  const sure = named.get(plan.code?.lead_id ?? plan.arrival.leadId ?? '')
  const who = plan.keys.find(({ kind }) => kind === 'externalUserId')
  if (!sure || !plan.code?.lead_id || !who) return sure
  const holders = externals.get(sure) ?? new Set()
  if (holders.size === 0 || holders.has(who.key)) {
    externals.set(sure, holders.add(who.key))
    return sure
  }
  plan.code = null
  return undefined
}

/** The customers of WeCom each lead is, its aliases included. */
async function externalsOf(tx: Transaction, roots: readonly string[]): Promise<Map<string, Set<string>>> {
  if (roots.length === 0) return new Map()
  const rows = await tx.query<{ root: string; key: string }>(
    `SELECT r.id AS root, i.key FROM unnest($1::uuid[]) AS r(id) CROSS JOIN LATERAL lead_family(r.id) AS f(id)
       JOIN identities i ON i.lead_id = f.id AND i.kind = 'externalUserId'`,
    [roots],
  )
  return new Map(roots.map((root) => [root, new Set(rows.filter((row) => row.root === root).map(({ key }) => key))]))
}

async function rootsOf(tx: Transaction, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = await tx.query<{ id: string; root: string | null }>(
    'SELECT id, lead_root(id) AS root FROM unnest($1::uuid[]) AS id',
    [ids],
  )
  return new Map(rows.flatMap((row) => (row.root ? [[row.id, row.root] as const] : [])))
}

/** Attaches identities; where another transaction was quicker, a lead begun here for nothing else gives way to its. */
async function attachIdentities(
  tx: Transaction,
  house: House,
  attach: readonly { plan: Settled; key: IdentityKey }[],
  plans: readonly Settled[],
): Promise<void> {
  if (attach.length === 0) return
  // Spelt once each: a comparison spells two, and there are many.
  const sorted = attach.map((one) => ({ ...one, place: spell(one.key) })).sort((a, b) => (a.place < b.place ? -1 : 1))
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
  const lost = sorted.filter(({ place }) => !mine.has(place))
  if (lost.length === 0) return
  const owners = await findOwners(
    tx,
    lost.map(({ key }) => key),
  )
  const disagree: { a: string; b: string; why: IdentityKey }[] = []
  for (const { plan, key } of lost) {
    const owner = owners.get(spell(key))
    if (owner === undefined || owner === plan.leadId) continue
    if (plan.created || cameByOwnCode(plan, key)) {
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
