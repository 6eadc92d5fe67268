-- Leads of a simulation that need a rep, under the rules in force and under the changed ones. Found lead by lead, placed in the
-- order of time, compared, and gone with the simulation's end.
CREATE TABLE simulated_arrivals (
  job_id  uuid NOT NULL REFERENCES jobs ON DELETE CASCADE,
  side    text NOT NULL CHECK (side IN ('current', 'changed')),
  lead_id uuid NOT NULL,
  stay    text NOT NULL,            -- the same placing of history on both sides
  at      timestamptz NOT NULL,
  facts   jsonb NOT NULL,
  rep     text,                     -- with whom it ended; null: nobody, or not yet
  fate    text,                     -- open, taken, left, unplaced
  PRIMARY KEY (job_id, lead_id, stay, side)
);
CREATE INDEX simulated_arrivals_turn ON simulated_arrivals (job_id, at, lead_id, stay, side);
