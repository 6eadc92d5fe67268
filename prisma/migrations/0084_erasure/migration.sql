-- People who asked to be forgotten. An erased lead is an alias of itself: it speaks for nobody, so no list, search, report or job
-- finds it, while the history that names it by its id stays whole.
CREATE TABLE erasures (
  id       uuid PRIMARY KEY,
  lead_id  uuid NOT NULL UNIQUE,
  reason   text NOT NULL,                                 -- an id or a few words of whoever asked for it; nothing about the person
  by       text NOT NULL,
  at       timestamptz NOT NULL,
  counts   jsonb NOT NULL,                                -- rows that went, by table
  proof    text NOT NULL                                  -- SHA-256 over everything above and the tombstones
);
CREATE INDEX erasures_newest ON erasures (at DESC, id DESC);

-- What an erased person was known by, as a keyed hash: a sync or an import that brings him again is refused by it.
CREATE TABLE tombstones (
  key      text PRIMARY KEY,                              -- HMAC of kind and value
  erasure  uuid,                                          -- null: a sample person, wiped
  at       timestamptz NOT NULL
);
CREATE INDEX tombstones_erasure ON tombstones (erasure);

-- Leads that came with the sample company; they alone may be taken out of history.
CREATE TABLE sample_leads (
  lead_id  uuid PRIMARY KEY
);

CREATE FUNCTION refuse_history_change_but_samples() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE lead uuid;
BEGIN
  IF TG_OP = 'DELETE' THEN
    lead := CASE TG_TABLE_NAME WHEN 'stage_changes' THEN (to_jsonb(OLD) ->> 'lead_id')::uuid
      ELSE (SELECT o.lead_id FROM opportunities o WHERE o.id = (to_jsonb(OLD) ->> 'opportunity_id')::uuid) END;
    IF EXISTS (SELECT FROM sample_leads s WHERE s.lead_id = lead) THEN RETURN OLD; END IF;
  END IF;
  RAISE EXCEPTION 'history is append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
DROP TRIGGER stage_changes_append_only ON stage_changes;
CREATE TRIGGER stage_changes_append_only BEFORE UPDATE OR DELETE ON stage_changes FOR EACH ROW EXECUTE FUNCTION refuse_history_change_but_samples();
DROP TRIGGER opportunity_changes_append_only ON opportunity_changes;
CREATE TRIGGER opportunity_changes_append_only BEFORE UPDATE OR DELETE ON opportunity_changes FOR EACH ROW EXECUTE FUNCTION refuse_history_change_but_samples();

-- The audit log is looked through by who, what and to whom.
CREATE INDEX audit_principal ON audit (principal, at DESC, id DESC);
CREATE INDEX audit_action ON audit (action, at DESC, id DESC);
CREATE INDEX audit_target ON audit (target, at DESC, id DESC) WHERE target IS NOT NULL;
CREATE INDEX audit_newest ON audit (at DESC, id DESC);
DROP INDEX audit_at;

CREATE INDEX jobs_newest ON jobs (created_at DESC, id DESC);
-- What has been open since before sign-ins were written down.
UPDATE staff st SET last_sign_in = s.at FROM (SELECT lower(userid) AS userid, max(created_at) AS at FROM sessions GROUP BY 1) s
  WHERE s.userid = lower(st.userid) AND st.last_sign_in IS NULL;

-- Who a process is, and since when.
ALTER TABLE process_metrics ADD COLUMN role text NOT NULL DEFAULT 'worker';
ALTER TABLE process_metrics ADD COLUMN since timestamptz;
