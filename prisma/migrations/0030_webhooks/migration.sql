-- Other systems that journeys call, by name.
CREATE TABLE webhooks (
  id          text PRIMARY KEY,
  url         text NOT NULL,
  key_sealed  text NOT NULL,
  fields      text[] NOT NULL,                 -- what of a lead may be told
  active      boolean NOT NULL DEFAULT true,
  rests_until timestamptz,                     -- it did not answer a moment ago
  by          text NOT NULL,
  created_at  timestamptz NOT NULL,
  updated_at  timestamptz NOT NULL
);

-- Calls to them: written with the step that asks for them, made afterwards.
CREATE TABLE webhook_calls (
  id         uuid PRIMARY KEY,                 -- what the other side knows it by, however often it comes
  key        text NOT NULL UNIQUE,             -- enrolment, version and step
  enrolment  uuid NOT NULL REFERENCES enrolments,
  step       text NOT NULL,
  webhook    text NOT NULL,
  lead_id    uuid NOT NULL REFERENCES leads,
  body       text NOT NULL,                    -- the very bytes that are signed
  state      text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'failed')),
  attempts   integer NOT NULL DEFAULT 0,
  begun_at   timestamptz NOT NULL,             -- since when it is being tried; a replay begins anew
  due_at     timestamptz NOT NULL,
  status     integer,                          -- the last answer's
  fault      text,                             -- why the last attempt came to nothing
  created_at timestamptz NOT NULL,
  ended_at   timestamptz
);
CREATE INDEX webhook_calls_due ON webhook_calls (webhook, due_at) WHERE state = 'waiting';
CREATE INDEX webhook_calls_log ON webhook_calls (state, id DESC);
CREATE INDEX webhook_calls_ended ON webhook_calls (ended_at) WHERE state <> 'waiting';
