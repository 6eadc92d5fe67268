-- A journey somebody is writing and has not put in force.
CREATE TABLE journey_drafts (
  by      text NOT NULL,
  journey text NOT NULL,                                  -- its id, also of one that is not there yet
  body    jsonb NOT NULL,
  base    integer,                                        -- the version it was begun from; null: from nothing
  at      timestamptz NOT NULL,
  PRIMARY KEY (by, journey)
);
