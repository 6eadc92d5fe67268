-- Whoever is forgotten is counted nowhere any more: where he stood, that he came, and how his ways ended.
CREATE FUNCTION count_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO journey_ticks (journey, version, kind, step, word, hour, n)
    SELECT journey, version, 'entered', '', '', date_trunc('hour', entered_at), -count(*) FROM old GROUP BY 1, 2, 6
    UNION ALL SELECT journey, version, 'waiting', step, '', '-infinity', -count(*) FROM old WHERE ended_at IS NULL GROUP BY 1, 2, 4
    -- At which step he ended is not kept: taken off the journey's sum.
    UNION ALL SELECT journey, version, 'ended', '', state || ':' || coalesce(why, ''), date_trunc('hour', ended_at), -count(*) FROM old WHERE ended_at IS NOT NULL GROUP BY 1, 2, 5, 6;
  RETURN NULL;
END $$;
CREATE TRIGGER enrolments_count_gone AFTER DELETE ON enrolments REFERENCING OLD TABLE AS old FOR EACH STATEMENT EXECUTE FUNCTION count_gone();

-- The steps go before the enrolment does, and with them the way a split sent him.
CREATE FUNCTION count_disarmed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO journey_ticks (journey, version, kind, step, word, hour, n)
    SELECT e.journey, e.version, 'armed', s.step, s.outcome || ':' || e.state, date_trunc('hour', s.at), -count(*)
    FROM old s JOIN enrolments e ON e.id = s.enrolment
    WHERE e.ended_at IS NOT NULL AND s.outcome ~ '^[0-9]{1,2}$' AND s.step NOT LIKE '%/%' GROUP BY 1, 2, 4, 5, 6;
  RETURN NULL;
END $$;
CREATE TRIGGER enrolment_steps_count_disarmed AFTER DELETE ON enrolment_steps REFERENCING OLD TABLE AS old FOR EACH STATEMENT EXECUTE FUNCTION count_disarmed();

-- Those who were forgotten before are still in the sums of how many stand where.
DELETE FROM journey_ticks WHERE kind = 'waiting';
DELETE FROM journey_counts WHERE kind = 'waiting';
INSERT INTO journey_counts (journey, version, kind, step, word, hour, n)
  SELECT journey, version, 'waiting', step, '', '-infinity', count(*) FROM enrolments WHERE ended_at IS NULL GROUP BY 1, 2, 4;
