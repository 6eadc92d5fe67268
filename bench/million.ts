import type { Db } from '../src/db.ts'

/** How many of what stand in the database. */
export interface Population {
  leads: number
  queued: number
  staff: number
}

/**
 * Writes a company's leads set-based, as they would be after years: new ones come by the minute, one in five is being sold,
 * one in five waits for review, everybody is followed by one member. One transaction, then statistics, as autovacuum would.
 */
export async function populate(db: Db, leads: number): Promise<Population> {
  const staff = 300
  await db.query(
    `INSERT INTO staff (userid, name, roles, team, manager, created_at, updated_at)
     SELECT 'Member' || n, '成员 ' || n, CASE WHEN n % 10 = 0 THEN ARRAY['manager'] WHEN n % 10 < 3 THEN ARRAY['mdr'] ELSE ARRAY['sales'] END,
       'team-' || n / 10, NULL, now(), now() FROM generate_series(0, $1 - 1) n`,
    [staff],
  )
  const queued = await db.transaction(async (tx) => {
    await tx.query("SET LOCAL work_mem = '256MB'")
    await tx.query('ALTER TABLE stage_changes DISABLE TRIGGER USER')
    await tx.query('SELECT setseed(0.42)')
    await tx.query(
      `CREATE TEMP TABLE born ON COMMIT DROP AS
       SELECT uuidv7(make_interval(mins => n - $1::int)) AS id, n, now() + make_interval(mins => n - $1::int) AS at, 'Member' || (random() * ($2::int - 1))::int AS userid, random() AS luck
       FROM generate_series(1, $1::int) n`,
      [leads, staff],
    )
    await tx.query(
      `INSERT INTO leads (id, name, company, title, industry, region, stage, desk, owner, first_source, last_source, stage_seq, stage_at, created_at, updated_at)
       SELECT id, '客户' || n, '公司' || n / 3, CASE WHEN luck < 0.5 THEN '采购经理' END, '制造', '浙江',
         CASE WHEN luck < 0.2 THEN 'MQL' ELSE 'MAL' END, CASE WHEN luck < 0.2 THEN 'sales' WHEN luck < 0.4 THEN 'review' ELSE 'nurture' END,
         CASE WHEN luck < 0.2 THEN userid END, source, source, 1, at, at, at
       FROM (SELECT *, jsonb_build_object('kind', 'live_code', 'channel', '展会', 'campaign', null, 'state', null, 'at', at) AS source FROM born) b`,
    )
    await tx.query(
      `INSERT INTO identities (kind, key, lead_id, hint, source, created_at) SELECT 'externalUserId', 'wm' || n, id, 'wm' || n, 'wecom', at FROM born`,
    )
    await tx.query(
      `INSERT INTO stage_changes (lead_id, seq, edge, to_stage, to_desk, actor, playbook_version, at)
       SELECT id, 1, 'intake', stage, desk, 'system', 1, created_at FROM leads`,
    )
    await tx.query(
      `INSERT INTO scores (lead_id, s, fit, fit_known, rules, updated_at) SELECT id, random() * 1000, (random() * 100)::int, true, 1, at FROM born`,
    )
    await tx.query(
      `INSERT INTO follows (userid, external_userid, lead_id, state, started_at, stage_wish, stage_worn) SELECT userid, 'wm' || n, id, 'full', at, 'MAL', 'MAL' FROM born`,
    )
    const waiting = await tx.query(
      `INSERT INTO review_queue (lead_id, hand_raised, s, queued_at, due_at, why, playbook_version, warned)
       SELECT id, random() < 0.02, random() * 1000, at, at + interval '4 hours', '[{"rule": "threshold", "text": "分数达到门槛"}]', 1, 2
       FROM born WHERE luck >= 0.2 AND luck < 0.4 RETURNING 1`,
    )
    await tx.query('ALTER TABLE stage_changes ENABLE TRIGGER USER')
    return waiting.length
  })
  await db.query('VACUUM ANALYZE')
  return { leads, queued, staff }
}
