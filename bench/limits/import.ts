import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { from as copyFrom } from 'pg-copy-streams'
import type { Db } from '../../src/db.ts'

/**
 * What keeping people from a file costs at least: COPY into a table beside, then one statement for each table the product writes, all
 * in one transaction. Values are as long as the product's; nothing is checked, looked up or sealed.
 */
export async function importAll(db: Db, csv: string): Promise<void> {
  const client = await db.pool.connect()
  try {
    await client.query('BEGIN')
    await client.query(
      `CREATE TEMP TABLE people (n bigint GENERATED ALWAYS AS IDENTITY, name text, company text, title text, mobile text, email text,
         id uuid GENERATED ALWAYS AS ((lpad(to_hex(n), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid) STORED) ON COMMIT DROP`,
    )
    await pipeline(
      Readable.from([csv]),
      client.query(copyFrom('COPY people (name, company, title, mobile, email) FROM STDIN (FORMAT csv, HEADER)')),
    )
    for (const statement of statements) await client.query(statement)
    await client.query('COMMIT')
  } finally {
    client.release()
  }
}

const job = '00000000-0000-7000-8000-000000000001'
const source = `jsonb_build_object('kind', 'import', 'channel', NULL, 'campaign', NULL, 'state', NULL, 'userid', NULL, 'at', now())`
const statements = [
  `INSERT INTO jobs (id, kind, state, input, by, created_at) VALUES ('${job}', 'import-leads', 'working', '{}', 'bench', now())`,
  `INSERT INTO leads (id, name, company, title, attributes, stage, desk, automation, first_source, last_source, stage_seq, stage_at, created_at, updated_at)
   SELECT id, name, company, title, '{}', 'MAL', 'nurture', true, ${source}, ${source}, 1, now(), now(), now() FROM people`,
  `INSERT INTO stage_changes (lead_id, seq, edge, to_stage, to_desk, actor, rule, playbook_version, at)
   SELECT id, 1, 'intake', 'MAL', 'nurture', 'bench', 'intake', 1, now() FROM people`,
  `INSERT INTO scores (lead_id, fit, fit_known, rules, updated_at) SELECT id, 50, false, 1, now() FROM people`,
  `INSERT INTO identities (kind, key, lead_id, sealed, hint, source, created_at)
   SELECT kind, rtrim(encode(sha256((kind || value)::bytea), 'base64'), '='), id, repeat('x', 66), left(value, 8), 'import', now()
   FROM people CROSS JOIN LATERAL (VALUES ('mobile', mobile), ('email', email)) AS k(kind, value) ON CONFLICT DO NOTHING`,
  `INSERT INTO touches (id, lead_id, at, kind) SELECT md5('touch' || n)::uuid, id, now(), 'import' FROM people`,
  `INSERT INTO timeline (id, lead_id, at, kind, actor, data) SELECT md5('line' || n)::uuid, id, now(), 'touch', 'bench', ${source} FROM people`,
  `INSERT INTO job_rows (job_id, row, outcome, lead_id) SELECT '${job}', n + 1, 'created', id FROM people`,
]
