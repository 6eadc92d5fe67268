import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import type { Settled } from './open.ts'
import { idFrom, record } from './record.ts'
import { putTags } from './tags.ts'

/** Keeps each way a person reached us, sets the first and last source by it, and puts the tags that came along. */
export async function keepTouches(tx: Transaction, house: House, plans: readonly Settled[]): Promise<void> {
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
