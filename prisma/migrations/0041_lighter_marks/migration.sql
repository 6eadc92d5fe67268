-- Only the columns somebody asks for are compared, as they are: making each row into JSON cost more than the change itself.
CREATE OR REPLACE FUNCTION mark_changed_leads() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE asked text;
BEGIN
  IF NOT EXISTS (SELECT FROM segment_wants WHERE want = '*') THEN RETURN NULL; END IF;
  INSERT INTO segment_marks (lead_id, want)
    SELECT who, '*' FROM fresh n JOIN old o ON o.id = n.id AND o.merged_into IS DISTINCT FROM n.merged_into
      CROSS JOIN unnest(ARRAY[n.id, n.merged_into, o.merged_into]) AS who WHERE who IS NOT NULL;
  SELECT string_agg(format('(%L, n.%I IS DISTINCT FROM o.%I)', w.want, a.attname, a.attname), ', ') INTO asked
    FROM (SELECT DISTINCT want FROM segment_wants WHERE want LIKE 'lead:%') w
    JOIN pg_attribute a ON a.attrelid = 'leads'::regclass AND a.attname = substr(w.want, 6) AND a.attnum > 0 AND NOT a.attisdropped;
  IF asked IS NULL THEN RETURN NULL; END IF;
  EXECUTE format('INSERT INTO segment_marks (lead_id, want) SELECT n.id, v.want FROM fresh n JOIN old o ON o.id = n.id
    CROSS JOIN LATERAL (VALUES %s) AS v(want, differs) WHERE v.differs', asked);
  RETURN NULL;
END $$;
