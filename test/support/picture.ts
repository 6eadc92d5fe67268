import type { TestHouse } from './house.ts'

/**
 * What a person's events left behind, without ids and moments: the same for the same story however often, in whatever order
 * and with whatever interruption it was told. `sent` also counts what became of messages.
 */
export async function pictureOf(house: TestHouse, who: string): Promise<Record<string, unknown>> {
  const [person] = await house.db.query<{ id: string }>(
    "SELECT lead_root(lead_id) AS id FROM identities WHERE kind = 'externalUserId' AND key = $1",
    [who],
  )
  const all = async (text: string) =>
    (await house.db.query<{ line: string }>(`SELECT ${text}`, [person?.id])).map(({ line }) => line).sort()
  const family = 'lead_id IN (SELECT lead_family($1))'
  return {
    leads: await all("concat_ws(' ', stage, desk, marketing, owner, recycle_count) AS line FROM leads WHERE id = $1"),
    sources: await all(
      "concat_ws(' ', first_source ->> 'kind', first_source ->> 'state', last_source ->> 'kind', last_source ->> 'state') AS line FROM leads WHERE id = $1",
    ),
    history: await all(`edge || ' ' || to_stage || '@' || to_desk AS line FROM stage_changes WHERE lead_id = $1`),
    touches: await all(`concat_ws(' ', kind, state, userid) AS line FROM touches WHERE ${family}`),
    follows: await all(
      `userid || ' ' || CASE WHEN state LIKE 'deleted%' THEN 'ended' ELSE 'live' END AS line FROM follows WHERE ${family}`,
    ),
    days: await all(`concat_ws(' ', type, day, events, weight) AS line FROM score_days WHERE ${family}`),
    score: await all("s || ' ' || (hand_raise_at IS NOT NULL) AS line FROM scores WHERE lead_id = $1"),
    queue: await all('hand_raised::text AS line FROM review_queue WHERE lead_id = $1'),
    tags: await all(
      `concat_ws(' ', t.name, lt.by, lt.rule) AS line FROM lead_tags lt JOIN tags t ON t.id = lt.tag_id WHERE ${family}`,
    ),
    consents: await all(`purpose || ' ' || granted AS line FROM consents WHERE ${family}`),
    offers: await all(`concat_ws(' ', userid, state) AS line FROM offers WHERE ${family}`),
    codes: await all(`kind AS line FROM live_codes WHERE ${family}`),
    kf: await all(`concat_ws(' ', open_kfid, heard_at) AS line FROM kf_sessions WHERE ${family}`),
    messages: await all(`concat_ws(' ', purpose, content_id, recipient) AS line FROM messages WHERE ${family}`),
    timeline: await all(
      `kind || ' ' || count(*) AS line FROM timeline WHERE ${family} AND kind <> 'message' GROUP BY kind`,
    ),
  }
}
