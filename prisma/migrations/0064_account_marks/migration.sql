-- Segments may ask of a lead's company: `account:<column>` in segment_wants. A mark goes to each of the company's people.

-- Everybody who belongs to these accounts, also by way of aliases.
CREATE FUNCTION people_of_accounts(roots uuid[]) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
  WITH RECURSIVE down AS (
    SELECT id, 0 AS hops FROM unnest(roots) AS id
    UNION ALL SELECT a.id, d.hops + 1 FROM down d JOIN accounts a ON a.merged_into = d.id WHERE d.hops < 32)
  SELECT DISTINCT p.lead_id FROM down d JOIN account_people p ON p.account_id = d.id
$$;

CREATE FUNCTION mark_changed_accounts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  asked record;
  changed uuid[];
BEGIN
  FOR asked IN
    SELECT DISTINCT w.want, a.attname AS name FROM segment_wants w
      LEFT JOIN pg_attribute a ON a.attrelid = 'accounts'::regclass AND a.attname = substr(w.want, 9) AND a.attnum > 0 AND NOT a.attisdropped
    WHERE w.want LIKE 'account:%'
  LOOP
    -- Who is merged or split is told of by other rows from now on, whatever is asked.
    EXECUTE format('SELECT array_agg(n.id) FROM fresh n JOIN old o ON o.id = n.id AND (o.merged_into IS DISTINCT FROM n.merged_into OR %s)',
      CASE WHEN asked.name IS NULL THEN 'false' ELSE format('o.%1$I IS DISTINCT FROM n.%1$I', asked.name) END) INTO changed;
    INSERT INTO segment_marks (lead_id, want) SELECT lead, asked.want FROM people_of_accounts(changed) AS lead;
  END LOOP;
  RETURN NULL;
END $$;
CREATE TRIGGER accounts_mark_changed AFTER UPDATE ON accounts REFERENCING OLD TABLE AS old NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION mark_changed_accounts();

-- Where somebody belongs, and what he is there.
CREATE FUNCTION mark_account_people() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM segment_wants WHERE want LIKE 'account:%') THEN RETURN NULL; END IF;
  IF TG_OP = 'UPDATE' THEN
    INSERT INTO segment_marks (lead_id, want)
      SELECT n.lead_id, w.want FROM fresh n JOIN old o USING (lead_id) JOIN (SELECT DISTINCT want FROM segment_wants WHERE want LIKE 'account:%') w
        ON n.account_id IS DISTINCT FROM o.account_id OR (w.want = 'account:role' AND n.role IS DISTINCT FROM o.role);
  ELSE
    INSERT INTO segment_marks (lead_id, want) SELECT t.lead_id, w.want FROM touched t CROSS JOIN (SELECT DISTINCT want FROM segment_wants WHERE want LIKE 'account:%') w;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER account_people_mark_put AFTER INSERT ON account_people REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION mark_account_people();
CREATE TRIGGER account_people_mark_taken AFTER DELETE ON account_people REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION mark_account_people();
CREATE TRIGGER account_people_mark_changed AFTER UPDATE ON account_people REFERENCING OLD TABLE AS old NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION mark_account_people();
