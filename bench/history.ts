import type { Db } from '../src/db.ts'

/** Rows written beside the leads. */
export interface History {
  rows: number
}

const pieces = 40
const channels = 12

/**
 * Gives the leads of {@link populate} the past that reports are about: how they went, what they were sent, opened and did, what
 * it cost; ten rows a lead. Everything lies as many days back as its lead.
 */
export async function populateHistory(db: Db, leads: number): Promise<History> {
  await db.transaction(async (tx) => {
    await tx.query("SET LOCAL work_mem = '256MB'")
    for (const table of ['stage_changes', 'verdicts', 'messages', 'visits', 'touches', 'enrolments', 'enrolment_steps'])
      await tx.query(`ALTER TABLE ${table} DISABLE TRIGGER ALL`)
    await tx.query('SELECT setseed(0.24)')
    await tx.query(
      `CREATE TEMP TABLE past ON COMMIT DROP AS SELECT id, created_at AS at, owner, random() AS luck, random() AS taste, row_number() OVER (ORDER BY id) AS n FROM leads`,
    )
    const way = (seq: number, edge: string, from: string, to: string, days: number, share: number, reason = 'NULL') =>
      tx.query(
        `INSERT INTO stage_changes (lead_id, seq, edge, from_stage, from_desk, to_stage, to_desk, actor, reason, playbook_version, at)
         SELECT id, ${seq}, $1, $2, 'sales', $3, 'sales', 'Member' || (taste * 299)::int, ${reason}, 1, at + interval '1 day' * (taste * ${days}) FROM past
         WHERE luck < $4 AND at + interval '1 day' * (taste * ${days}) < now()`,
        [edge, from, to, share],
      )
    await way(2, 'mql', 'MAL', 'MQL', 5, 0.45)
    await way(3, 'accept', 'MQL', 'SQL', 12, 0.2)
    await way(4, 'opportunity', 'SQL', 'OPPORTUNITY', 30, 0.08)
    await way(5, 'win', 'OPPORTUNITY', 'CUSTOMER', 60, 0.03)
    await tx.query(
      `INSERT INTO stage_changes (lead_id, seq, edge, from_stage, from_desk, to_stage, to_desk, actor, reason, playbook_version, at)
       SELECT id, 2, 'disqualify', 'MAL', 'review', 'DISQUALIFIED', 'closed', 'Member1', (ARRAY['no_need', 'no_budget', 'student', 'competitor'])[1 + (taste * 3)::int], 1, at + interval '1 day' * (taste * 9) FROM past
       WHERE luck > 0.75 AND at + interval '9 days' < now()`,
    )
    await tx.query(
      `INSERT INTO verdicts (id, lead_id, verdict, reason, by, at, state, before, playbook_version)
       SELECT gen_random_uuid(), id, CASE WHEN luck < 0.45 THEN 'mql' ELSE 'disqualified' END, 'fit', 'Member' || (n % 20) * 10 + 1, at + interval '1 day', 'done', '{}', 1 FROM past WHERE luck < 0.45 OR luck > 0.75`,
    )
    await tx.query(
      `INSERT INTO touches (id, lead_id, at, kind, channel, campaign) SELECT gen_random_uuid(), id, at + interval '1 day' * (g - 1), 'live_code', '渠道' || (n * g) % ${channels}, '活动' || (n * g) % 50
       FROM past, generate_series(1, 2) g WHERE g = 1 OR luck < 0.4`,
    )
    await tx.query(
      `INSERT INTO content (id, version, kind, title, stages, origin, checksum, by, at) SELECT 'bench-' || n, 1, 'article', '内容 ' || n, '{MAL}', 'database', '', 'bench', now() FROM generate_series(1, ${pieces}) n`,
    )
    await tx.query(
      `INSERT INTO messages (id, key, lead_id, purpose, content_id, content_version, channel, state, body, due_at, planned_by, playbook_version, created_at, sent_at)
       SELECT uuidv7(when_at - now()), 'bench-' || n || '-' || g, id, 'marketing', 'bench-' || 1 + (n * 7 + g * 11) % ${pieces}, 1, 'group-send', 'sent', '{"text": "…"}', when_at, 'system', 1, when_at, when_at
       FROM (SELECT id, n, g, at + interval '1 day' * (g * 9 + taste * 9) AS when_at FROM past, generate_series(1, 3) g) m WHERE when_at < now()`,
    )
    await tx.query(
      `INSERT INTO visits (id, content_id, content_version, lead_id, opened_at, seen_at, depth, read_at)
       SELECT uuidv7(when_at - now()), 'bench-' || 1 + (n * 7 + g * 11) % ${pieces}, 1, id, when_at, when_at, 80, CASE WHEN taste < 0.5 THEN when_at END
       FROM (SELECT id, n, g, taste, at + interval '1 day' * (g * 9 + taste * 9) + interval '1 hour' AS when_at FROM past, generate_series(1, 2) g WHERE luck < 0.5 + taste / 2) v WHERE when_at < now()`,
    )
    await tx.query(
      `INSERT INTO score_days (lead_id, type, day, events, weight) SELECT id, 'content_open', (at + interval '1 day' * g * 9)::date, 1, 2 FROM past, generate_series(1, 2) g WHERE at + interval '1 day' * g * 9 < now()`,
    )
    await tx.query(
      `INSERT INTO journeys (id, version, name, body, origin, checksum, by, at) VALUES ('bench', 1, '测量', $1, 'database', '', 'bench', now())`,
      [JSON.stringify(journey)],
    )
    await tx.query(
      `INSERT INTO enrolments (id, journey, version, lead_id, state, many, chosen, due_at, entered_at, entered_by, ended_at)
       SELECT id, 'bench', 1, id, CASE WHEN taste < 0.2 THEN 'goal' ELSE 'done' END, false, false, at, at, 'system', at + interval '20 days' FROM past WHERE luck < 0.6`,
    )
    await tx.query(
      `INSERT INTO enrolment_steps (enrolment, step, outcome, at) SELECT id, '0', (n % 2)::text, at FROM past WHERE luck < 0.6`,
    )
    await tx.query(
      `INSERT INTO costs (month, channel, amount, by, at) SELECT m::date, '渠道' || c, 100000 + c, 'bench', now() FROM generate_series(0, ${channels - 1}) c, generate_series(date_trunc('month', now()) - interval '24 months', now(), interval '1 month') m`,
    )
    for (const table of ['stage_changes', 'verdicts', 'messages', 'visits', 'touches', 'enrolments', 'enrolment_steps'])
      await tx.query(`ALTER TABLE ${table} ENABLE TRIGGER ALL`)
  })
  await db.query('VACUUM ANALYZE')
  const [{ rows } = { rows: 0 }] = await db.query<{ rows: number }>(
    `SELECT (${['stage_changes', 'verdicts', 'messages', 'visits', 'touches', 'enrolments', 'enrolment_steps', 'score_days'].map((table) => `(SELECT count(*) FROM ${table})`).join(' + ')})::float8 AS rows`,
  )
  return { rows: rows - leads }
}

/** Five people of a thousand companies each way of counting: the companies of {@link populate}'s leads, five leads to one. */
export async function populateAccounts(db: Db, accounts: number): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query("SET LOCAL work_mem = '256MB'")
    await tx.query('TRUNCATE account_marks')
    await tx.query(
      `CREATE TEMP TABLE held ON COMMIT DROP AS SELECT id AS lead_id, (row_number() OVER (ORDER BY id) - 1) % $1::int AS n FROM leads`,
      [accounts],
    )
    await tx.query(
      `CREATE TEMP TABLE firm ON COMMIT DROP AS SELECT n, gen_random_uuid() AS id FROM generate_series(0, $1::int - 1) n`,
      [accounts],
    )
    await tx.query(
      `INSERT INTO accounts (id, name, stage, score, people, owner, created_at, updated_at)
       SELECT id, '公司' || n, (ARRAY['MAL', 'MQL', 'SQL'])[1 + n % 3], n % 101, 5, 'Member' || n % 300, now(), now() FROM firm`,
    )
    await tx.query(`INSERT INTO account_names (kind, key, account_id) SELECT 'name', '公司' || n, id FROM firm`)
    await tx.query(
      `INSERT INTO account_people (lead_id, account_id, how, key, by, at) SELECT h.lead_id, f.id, 'name', '公司' || n, 'system', now() FROM held h JOIN firm f USING (n)`,
    )
  })
  await db.query('VACUUM ANALYZE accounts, account_people, account_names')
}

const journey = {
  id: 'bench',
  name: '测量',
  trigger: { manual: true },
  steps: [
    {
      branch: {
        split: [
          { share: 50, steps: [] },
          { share: 50, steps: [] },
        ],
      },
    },
    { exit: true },
  ],
}
