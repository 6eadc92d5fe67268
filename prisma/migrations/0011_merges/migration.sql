-- What a merge changed, so that a split leaves both as they were.
ALTER TABLE merges
  ADD COLUMN took   jsonb NOT NULL DEFAULT '{}',          -- what the winner learnt from the loser: field → {from, to}
  ADD COLUMN queued jsonb;                                -- the loser's place in the review queue

-- Months begin in UTC whatever time zone the connection is in, so that partitions made by different servers fit together.
CREATE OR REPLACE FUNCTION ensure_month(parent regclass, month date) RETURNS boolean LANGUAGE plpgsql SET TimeZone = 'UTC' AS $$
DECLARE
  first date := date_trunc('month', month)::date;
  child text := parent::text || '_' || to_char(first, 'YYYYMM');
  rest  text := parent::text || '_rest';
  col   text := CASE parent::text WHEN 'inbox' THEN 'received_at' ELSE 'at' END;
  busy  boolean;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('ensure_month'));
  IF to_regclass(child) IS NOT NULL THEN RETURN false; END IF;
  EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE %I >= %L AND %I < %L)', rest, col, first, col, first + interval '1 month') INTO busy;
  IF busy THEN RETURN false; END IF;
  EXECUTE format('CREATE TABLE %I PARTITION OF %s FOR VALUES FROM (%L) TO (%L)', child, parent, first::timestamptz, (first + interval '1 month')::timestamptz);
  RETURN true;
END $$;
