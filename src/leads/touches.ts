import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import type { Settled } from './open.ts'
import { idFrom, record } from './record.ts'
import { putTags } from './tags.ts'

/** Keeps each way a person reached us, sets the first and last source by it, and puts the tags that came along. */
export async function keepTouches(tx: Transaction, house: House, plans: readonly Settled[]): Promise<void> {
  // What came along with a touch that is known already has been put, and perhaps been changed by somebody since.
  const known = new Set<Settled>()
  const touches = plans.flatMap((plan) => {
    const touch = touchOf(plan)
    return touch ? [{ plan, touch, at: plan.arrival.at, id: idFrom(`touch\0${plan.arrival.key}`) }] : []
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
    const news = touches.filter(({ id }) => isNew.delete(id))
    for (const { plan } of touches) known.add(plan)
    for (const { plan } of news) known.delete(plan)
    // A lead that begins has its source from the start; for others a join is a step of the way, as a hand-over always is.
    const sources = news.filter(
      ({ touch, plan }) => !plan.created && touch.kind !== 'handover' && touch.kind !== 'join',
    )
    if (sources.length > 0) {
      await tx.query(
        // The earliest and the latest, in whatever order they are told; of two in one instant the text decides.
        `UPDATE leads l SET
           first_source = CASE WHEN l.first_source IS NULL OR (t.first ->> 'at', t.first::text) < (l.first_source ->> 'at', l.first_source::text) THEN t.first ELSE l.first_source END,
           last_source = CASE WHEN l.last_source IS NULL OR (t.last ->> 'at', t.last::text) > (l.last_source ->> 'at', l.last_source::text) THEN t.last ELSE l.last_source END
         FROM (SELECT id, (array_agg(source ORDER BY source ->> 'at', source::text))[1] AS first,
             (array_agg(source ORDER BY source ->> 'at' DESC, source::text DESC))[1] AS last
           FROM unnest($1::uuid[], $2::jsonb[]) AS t(id, source) GROUP BY id) t
         WHERE l.id = t.id`,
        [sources.map(({ plan }) => plan.leadId), sources.map(({ touch, at }) => sourceText(touch, at))],
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
    plans
      .filter((plan) => !known.has(plan))
      .flatMap(({ leadId, arrival, code }) => [
        ...(arrival.tags ?? []).map((tag) => ({ leadId, ...tag, by: arrival.by })),
        ...(code?.tags ?? []).map((tag) => ({ leadId, ...tag, by: arrival.by, rule: `live-code:${code?.id}` })),
      ]),
  )
}

interface Touch {
  kind: string
  channel: string | null
  campaign: string | null
  state: string | null
  userid: string | null
}

function touchOf({ arrival: { source }, code }: Settled): Touch | null {
  if (!source) return null
  return {
    kind: code?.lead_id ? code.kind : source.kind,
    channel: code?.source?.channel ?? source.channel ?? (code && !code.lead_id ? code.name : null),
    campaign: code?.source?.campaign ?? source.campaign ?? null,
    state: source.state ?? null,
    userid: source.userid ?? null,
  }
}

/** The source, as JSON, of a lead that begins with this arrival. */
export function firstSource(plan: Settled): string | null {
  const touch = touchOf(plan)
  return touch && touch.kind !== 'handover' ? sourceText(touch, plan.arrival.at) : null
}

const sourceText = (touch: Touch, at: Date): string => JSON.stringify({ ...touch, at: at.toISOString() })
