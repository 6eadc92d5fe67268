-- What each process has counted, so that the one with a door can tell of all. Small, rewritten in place, forgotten with its process.
CREATE UNLOGGED TABLE process_metrics (
  process  text PRIMARY KEY,
  at       timestamptz NOT NULL,
  metrics  jsonb NOT NULL
) WITH (fillfactor = 50);
