-- Segments: named sets of leads, written down by a condition or by hand. Why they are kept like this: docs/decisions/0040.

CREATE TABLE segments (
  id          uuid PRIMARY KEY,
  name        text NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('live', 'static')),
  condition   json,                                     -- json, not jsonb: it is shown as it was written; null: by hand only
  version     integer NOT NULL DEFAULT 0,               -- of the condition; what was begun for another one does not go on
  state       text NOT NULL CHECK (state IN ('filling', 'ready')),
  size        integer NOT NULL DEFAULT 0,               -- how many members stand below
  filled_to   uuid,                                     -- while it fills: leads up to this one have been looked at
  barrier     bigint,                                   -- while it fills: work older than this transaction did not know what to mark
  job         uuid,                                     -- the long job that fills it
  rules       text,                                     -- the rules of scoring it was filled under
  by          text NOT NULL,
  created_at  timestamptz NOT NULL,
  updated_at  timestamptz NOT NULL,
  deleted_at  timestamptz                               -- its members go in pieces
);
CREATE UNIQUE INDEX segments_name ON segments (lower(name)) WHERE deleted_at IS NULL;

CREATE TABLE segment_members (
  segment     uuid NOT NULL,
  lead_id     uuid NOT NULL,
  since       timestamptz NOT NULL,
  PRIMARY KEY (segment, lead_id)
);

-- What live segments depend on, so that the hot paths write a mark only where somebody wants it.
CREATE TABLE segment_wants (
  want        text NOT NULL,                            -- '*' (a lead begins, is merged or split), lead:<column>, tag, event:<type>, score, sent, enrolment:<journey>, segment:<id>
  segment     uuid NOT NULL,
  PRIMARY KEY (want, segment)
);

-- How far the passing of time has been followed for each live segment.
CREATE TABLE segment_sweeps (
  segment     uuid PRIMARY KEY,
  swept_to    timestamptz NOT NULL,
  day         date NOT NULL                             -- business day for which scores were last compared
) WITH (fillfactor = 50);

-- Something a live segment depends on has changed for a lead. Decided in batches, then gone.
CREATE TABLE segment_marks (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  lead_id     uuid NOT NULL,
  want        text NOT NULL,
  at          timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

CREATE FUNCTION mark_new_leads() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM segment_wants WHERE want = '*') THEN RETURN NULL; END IF;
  INSERT INTO segment_marks (lead_id, want) SELECT id, '*' FROM fresh;
  RETURN NULL;
END $$;
CREATE TRIGGER leads_mark_new AFTER INSERT ON leads REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION mark_new_leads();

CREATE FUNCTION mark_changed_leads() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM segment_wants WHERE want = '*') THEN RETURN NULL; END IF;
  INSERT INTO segment_marks (lead_id, want)
    SELECT who, '*' FROM fresh n JOIN old o ON o.id = n.id AND o.merged_into IS DISTINCT FROM n.merged_into
      CROSS JOIN unnest(ARRAY[n.id, n.merged_into, o.merged_into]) AS who WHERE who IS NOT NULL;
  IF EXISTS (SELECT FROM segment_wants WHERE want LIKE 'lead:%') THEN
    INSERT INTO segment_marks (lead_id, want)
      SELECT n.id, w.want FROM (SELECT id, to_jsonb(t) AS is FROM fresh t) n JOIN (SELECT id, to_jsonb(t) AS was FROM old t) o ON o.id = n.id
        JOIN (SELECT DISTINCT want, substr(want, 6) AS name FROM segment_wants WHERE want LIKE 'lead:%') w ON n.is -> w.name IS DISTINCT FROM o.was -> w.name;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER leads_mark_changed AFTER UPDATE ON leads REFERENCING OLD TABLE AS old NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION mark_changed_leads();

CREATE FUNCTION mark_tags() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM segment_wants WHERE want = 'tag') THEN RETURN NULL; END IF;
  INSERT INTO segment_marks (lead_id, want) SELECT DISTINCT lead_id, 'tag' FROM touched;
  RETURN NULL;
END $$;
CREATE TRIGGER lead_tags_mark_put AFTER INSERT ON lead_tags REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION mark_tags();
CREATE TRIGGER lead_tags_mark_taken AFTER DELETE ON lead_tags REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION mark_tags();

CREATE FUNCTION mark_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM segment_wants WHERE want LIKE 'event:%') THEN RETURN NULL; END IF;
  INSERT INTO segment_marks (lead_id, want) SELECT DISTINCT lead_id, kind FROM fresh WHERE kind IN (SELECT want FROM segment_wants);
  RETURN NULL;
END $$;
CREATE TRIGGER timeline_mark AFTER INSERT ON timeline REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION mark_events();

CREATE FUNCTION mark_scores() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM segment_wants WHERE want = 'score') THEN RETURN NULL; END IF;
  IF TG_OP = 'INSERT' THEN
    INSERT INTO segment_marks (lead_id, want) SELECT lead_id, 'score' FROM fresh;
  ELSE
    INSERT INTO segment_marks (lead_id, want)
      SELECT n.lead_id, 'score' FROM fresh n JOIN old o ON o.lead_id = n.lead_id AND (o.s, o.fit) IS DISTINCT FROM (n.s, n.fit);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER scores_mark_new AFTER INSERT ON scores REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION mark_scores();
CREATE TRIGGER scores_mark_changed AFTER UPDATE ON scores REFERENCING OLD TABLE AS old NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION mark_scores();

CREATE FUNCTION mark_sent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM segment_wants WHERE want = 'sent') THEN RETURN NULL; END IF;
  IF TG_OP = 'INSERT' THEN
    INSERT INTO segment_marks (lead_id, want) SELECT DISTINCT lead_id, 'sent' FROM fresh WHERE state = 'sent' AND lead_id IS NOT NULL;
  ELSE
    INSERT INTO segment_marks (lead_id, want)
      SELECT DISTINCT n.lead_id, 'sent' FROM fresh n JOIN old o ON o.id = n.id AND (o.state = 'sent') <> (n.state = 'sent') WHERE n.lead_id IS NOT NULL;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER messages_mark_new AFTER INSERT ON messages REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION mark_sent();
CREATE TRIGGER messages_mark_changed AFTER UPDATE ON messages REFERENCING OLD TABLE AS old NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION mark_sent();

CREATE FUNCTION mark_enrolments() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM segment_wants WHERE want LIKE 'enrolment:%') THEN RETURN NULL; END IF;
  IF TG_OP = 'INSERT' THEN
    INSERT INTO segment_marks (lead_id, want) SELECT lead_id, 'enrolment:' || journey FROM fresh WHERE 'enrolment:' || journey IN (SELECT want FROM segment_wants);
  ELSE
    INSERT INTO segment_marks (lead_id, want)
      SELECT n.lead_id, 'enrolment:' || n.journey FROM fresh n JOIN old o ON o.id = n.id AND o.state <> n.state
      WHERE 'enrolment:' || n.journey IN (SELECT want FROM segment_wants);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER enrolments_mark_new AFTER INSERT ON enrolments REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION mark_enrolments();
CREATE TRIGGER enrolments_mark_changed AFTER UPDATE ON enrolments REFERENCING OLD TABLE AS old NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION mark_enrolments();

-- What leaves a window of time is found by when it happened.
CREATE INDEX leads_stage_at ON leads (stage_at) WHERE merged_into IS NULL;
CREATE INDEX leads_cool_until ON leads (cool_until) WHERE cool_until IS NOT NULL;
CREATE INDEX messages_sent_at ON messages (sent_at) WHERE state = 'sent' AND content_id IS NOT NULL;

-- How a condition reads a value: as src/playbook/compare.ts does, word for word.
CREATE FUNCTION condition_number(of text) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN length(of) <= 100 AND btrim(of, E' \t\n\u000b\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff') ~ '^-?[0-9]+(\.[0-9]+)?$'
    THEN btrim(of, E' \t\n\u000b\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff')::float8 END
$$;
-- Text, numbers and true/false as text; null for nothing, empty text, lists and objects.
CREATE FUNCTION condition_text(of jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN jsonb_typeof(of) IN ('string', 'number', 'boolean') THEN nullif(of #>> '{}', '') END
$$;
