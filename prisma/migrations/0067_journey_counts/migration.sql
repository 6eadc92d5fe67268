-- How many stand where in a journey, and what its steps came to, kept as it happens: docs/decisions/0067.

-- Sums by hour. 'waiting' has no hour: it is now.
CREATE TABLE journey_counts (
  journey   text NOT NULL,
  version   integer NOT NULL,
  kind      text NOT NULL,                              -- entered waiting did ended armed
  step      text NOT NULL,                              -- '' where a count is of no step
  word      text NOT NULL,                              -- did: the outcome; ended: state:why; armed: way:state
  hour      timestamptz NOT NULL,
  n         integer NOT NULL,
  PRIMARY KEY (journey, version, kind, step, word, hour) INCLUDE (n)
) WITH (fillfactor = 70);

-- Changes that are not in the sums yet: written beside each other, so that no two who count wait for one row.
CREATE TABLE journey_ticks (
  id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  journey   text NOT NULL,
  version   integer NOT NULL,
  kind      text NOT NULL,
  step      text NOT NULL,
  word      text NOT NULL,
  hour      timestamptz NOT NULL,
  n         integer NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

CREATE FUNCTION count_entered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO journey_ticks (journey, version, kind, step, word, hour, n)
    SELECT journey, version, 'entered', '', '', date_trunc('hour', entered_at), count(*) FROM fresh GROUP BY 1, 2, 6
    UNION ALL SELECT journey, version, 'waiting', step, '', '-infinity', count(*) FROM fresh WHERE ended_at IS NULL GROUP BY 1, 2, 4;
  RETURN NULL;
END $$;
CREATE TRIGGER enrolments_count_entered AFTER INSERT ON enrolments REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION count_entered();

-- A plan made for one row is kept for a thousand: it must not be a loop in a loop.
CREATE FUNCTION count_changed() RETURNS trigger LANGUAGE plpgsql SET enable_nestloop = off AS $$
BEGIN
  INSERT INTO journey_ticks (journey, version, kind, step, word, hour, n)
    WITH changed AS (
      SELECT n.journey, o.version AS v0, o.step AS s0, n.version AS v1, n.step AS s1, n.state || ':' || coalesce(n.why, '') AS how,
        date_trunc('hour', n.ended_at) AS ended, CASE WHEN o.version <> n.version THEN date_trunc('hour', n.entered_at) END AS entered, count(*)::int AS n
      FROM fresh n JOIN old o ON o.id = n.id WHERE o.version <> n.version OR o.step IS DISTINCT FROM n.step GROUP BY 1, 2, 3, 4, 5, 6, 7, 8)
    SELECT journey, t.version, t.kind, t.step, t.word, t.hour, sum(t.n) FROM changed c CROSS JOIN LATERAL (VALUES
      (v0, 'waiting', s0, '', timestamptz '-infinity', -c.n), (v1, 'waiting', s1, '', '-infinity', c.n),
      (v1, 'ended', s0, how, ended, c.n),
      (v0, 'entered', '', '', entered, -c.n), (v1, 'entered', '', '', entered, c.n)) AS t(version, kind, step, word, hour, n)
    WHERE t.step IS NOT NULL AND t.hour IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(t.n) <> 0;
  RETURN NULL;
END $$;
CREATE TRIGGER enrolments_count_changed AFTER UPDATE ON enrolments REFERENCING OLD TABLE AS old NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION count_changed();

-- Whoever is at his end counts for the ways that splits sent him.
CREATE FUNCTION count_armed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO journey_ticks (journey, version, kind, step, word, hour, n)
    SELECT n.journey, n.version, 'armed', s.step, s.outcome || ':' || n.state, date_trunc('hour', s.at), count(*)
    FROM fresh n JOIN enrolment_steps s ON s.enrolment = n.id AND s.outcome ~ '^[0-9]{1,2}$'
    WHERE n.ended_at IS NOT NULL AND NOT EXISTS (SELECT FROM old o WHERE o.ended_at IS NOT NULL AND o.id = n.id) GROUP BY 1, 2, 4, 5, 6;
  RETURN NULL;
END $$;
CREATE TRIGGER enrolments_count_armed AFTER UPDATE ON enrolments REFERENCING OLD TABLE AS old NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION count_armed();

CREATE FUNCTION count_steps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    INSERT INTO journey_ticks (journey, version, kind, step, word, hour, n)
      SELECT e.journey, e.version, 'did', s.step, s.outcome, date_trunc('hour', s.at), -count(*)
      FROM old s JOIN enrolments e ON e.id = s.enrolment WHERE s.outcome <> 'doing' AND s.step NOT LIKE '%/%' GROUP BY 1, 2, 4, 5, 6;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO journey_ticks (journey, version, kind, step, word, hour, n)
      SELECT e.journey, e.version, 'did', s.step, s.outcome, date_trunc('hour', s.at), count(*)
      FROM fresh s JOIN enrolments e ON e.id = s.enrolment WHERE s.outcome <> 'doing' AND s.step NOT LIKE '%/%' GROUP BY 1, 2, 4, 5, 6;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER enrolment_steps_count_done AFTER INSERT ON enrolment_steps REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION count_steps();
CREATE TRIGGER enrolment_steps_count_changed AFTER UPDATE ON enrolment_steps REFERENCING OLD TABLE AS old NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION count_steps();
CREATE TRIGGER enrolment_steps_count_gone AFTER DELETE ON enrolment_steps REFERENCING OLD TABLE AS old FOR EACH STATEMENT EXECUTE FUNCTION count_steps();

-- Places of older versions (`1/3.then.0`) are history, and not counted.
-- What was there before; where somebody stood when he ended was not kept.
INSERT INTO journey_counts (journey, version, kind, step, word, hour, n)
  SELECT journey, version, 'entered', '', '', date_trunc('hour', entered_at), count(*) FROM enrolments GROUP BY 1, 2, 6
  UNION ALL SELECT journey, version, 'waiting', step, '', '-infinity', count(*) FROM enrolments WHERE ended_at IS NULL GROUP BY 1, 2, 4
  UNION ALL SELECT journey, version, 'ended', '', state || ':' || coalesce(why, ''), date_trunc('hour', ended_at), count(*) FROM enrolments WHERE ended_at IS NOT NULL GROUP BY 1, 2, 5, 6
  UNION ALL SELECT e.journey, e.version, 'did', s.step, s.outcome, date_trunc('hour', s.at), count(*) FROM enrolments e JOIN enrolment_steps s ON s.enrolment = e.id WHERE s.outcome <> 'doing' AND s.step NOT LIKE '%/%' GROUP BY 1, 2, 4, 5, 6
  UNION ALL SELECT e.journey, e.version, 'armed', s.step, s.outcome || ':' || e.state, date_trunc('hour', s.at), count(*) FROM enrolments e JOIN enrolment_steps s ON s.enrolment = e.id AND s.outcome ~ '^[0-9]{1,2}$' WHERE e.ended_at IS NOT NULL GROUP BY 1, 2, 4, 5, 6;
