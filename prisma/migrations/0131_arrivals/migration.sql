-- How leads went through the stages, made ready for reports: docs/decisions/0131.

-- One row for every coming to a stage. What is folded from stage_changes can be folded again at any time.
CREATE TABLE arrivals (
  lead_id    uuid NOT NULL,
  seq        integer NOT NULL,                            -- of its stage change
  stage      text NOT NULL,
  at         timestamptz NOT NULL,
  before_at  timestamptz,                                 -- when it had come there the time before; null: never
  onward_at  timestamptz,                                 -- when it first came to a later stage after that; null: not yet
  actor      text NOT NULL,
  PRIMARY KEY (lead_id, seq)
);
CREATE INDEX arrivals_at ON arrivals (at);

-- Leads whose rows above are not, or not all, folded yet. Only ever inserted beside the change itself, so nobody waits for anybody.
CREATE TABLE arrival_marks (
  id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  lead_id  uuid NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
CREATE INDEX arrival_marks_lead ON arrival_marks (lead_id);

-- The order of the stages they were folded by: what is later is a rule of the playbook. No row: nothing is folded yet.
CREATE TABLE arrival_way (
  id   integer PRIMARY KEY DEFAULT 1 CHECK (id = 1),
  way  text[] NOT NULL
);

CREATE FUNCTION mark_arrivals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO arrival_marks (lead_id) SELECT DISTINCT lead_id FROM changed;
  RETURN NULL;
END $$;
CREATE TRIGGER stage_changes_mark_come AFTER INSERT ON stage_changes REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_arrivals();
CREATE TRIGGER stage_changes_mark_gone AFTER DELETE ON stage_changes REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_arrivals();
