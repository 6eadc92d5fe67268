-- Lists of leads people come back to, and what is done with many leads at once. Why: docs/decisions/0065.

CREATE TABLE lead_views (
  id          uuid PRIMARY KEY,
  name        text NOT NULL,
  by          text NOT NULL,                            -- whose it is
  shared      boolean NOT NULL DEFAULT false,           -- everybody sees it; what is in it stays within each one's reach
  filter      jsonb NOT NULL DEFAULT '{}',              -- stage, desk, owner, tag, segment, q
  condition   json,                                     -- json, not jsonb: it is shown as it was written
  columns     text[] NOT NULL,
  created_at  timestamptz NOT NULL,
  updated_at  timestamptz NOT NULL
);
CREATE UNIQUE INDEX lead_views_name ON lead_views (by, lower(name));
CREATE INDEX lead_views_shared ON lead_views (created_at) WHERE shared;

-- The leads a long job is about, in its order. Gone when it has ended.
CREATE TABLE job_leads (
  job_id   uuid NOT NULL,
  row      integer NOT NULL,
  lead_id  uuid NOT NULL,
  PRIMARY KEY (job_id, row)
);
