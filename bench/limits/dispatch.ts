import type { Db, Transaction } from '../../src/db.ts'

/**
 * The limit of the dispatcher, written by hand: the rows that adds and edits leave behind, set-based, a thousand events in
 * each transaction, on the product's own tables. It knows these two events and no rule of the playbook.
 * @returns how many events it handled
 */
export async function handleBatch(db: Db, lane: 'welcome' | 'storm'): Promise<number> {
  return db.transaction(async (tx) => {
    await tx.query(`CREATE TEMP TABLE batch ON COMMIT DROP AS
      SELECT id, received_at AS at, event ->> 'UserID' AS userid, event ->> 'ExternalUserID' AS customer,
        md5(event ->> 'ExternalUserID')::uuid AS lead FROM inbox WHERE state = 'received' AND lane = '${lane}' ORDER BY due_at, id LIMIT 1000 FOR UPDATE SKIP LOCKED`)
    await (lane === 'welcome' ? begin(tx) : mark(tx))
    const done = await tx.query(
      `UPDATE inbox SET state = 'done', done_at = now(), attempts = 1 FROM batch WHERE inbox.id = batch.id AND inbox.received_at = batch.at RETURNING 1`,
    )
    return done.length
  })
}

/** Everything in one statement: the rows of a new person refer to nothing that has to be read before. */
async function begin(tx: Transaction): Promise<void> {
  await tx.query(`
    WITH lead AS (
      INSERT INTO leads (id, stage, desk, first_source, last_source, stage_seq, stage_at, created_at, updated_at)
      SELECT lead, 'MAL', 'nurture', source, source, 1, at, at, at FROM (SELECT *, jsonb_build_object('kind', 'wecom', 'channel', null, 'campaign', null, 'state', null, 'userid', userid, 'at', at) AS source FROM batch) b
    ), identity AS (
      INSERT INTO identities (kind, key, lead_id, hint, source, created_at) SELECT 'externalUserId', customer, lead, left(customer, 4), 'wecom', at FROM batch
    ), history AS (
      INSERT INTO stage_changes (lead_id, seq, edge, to_stage, to_desk, actor, playbook_version, at) SELECT lead, 1, 'intake', 'MAL', 'nurture', 'wecom', 1, at FROM batch
    ), score AS (
      INSERT INTO scores (lead_id, rules, updated_at) SELECT lead, 1, at FROM batch
    ), touch AS (
      INSERT INTO touches (id, lead_id, at, kind, userid) SELECT md5('touch' || customer)::uuid, lead, at, 'wecom', userid FROM batch
    ), follow AS (
      INSERT INTO follows (userid, external_userid, lead_id, state, started_at, stale_since, stage_wish, wish_at) SELECT userid, customer, lead, 'full', at, at, 'MAL', at FROM batch
    )
    INSERT INTO timeline (id, lead_id, at, kind, actor, data)
    SELECT md5(line || customer)::uuid, lead, at, line, 'wecom', jsonb_build_object('userid', userid) FROM batch, unnest(ARRAY['touch', 'follow']) AS line`)
}

async function mark(tx: Transaction): Promise<void> {
  await tx.query(
    'UPDATE follows f SET stale_since = now() FROM batch WHERE f.external_userid = batch.customer AND f.userid = batch.userid',
  )
}
