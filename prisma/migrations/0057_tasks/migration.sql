-- Things to do about a lead; messages that wait to be sent are no tasks.
CREATE TABLE tasks (
  id             uuid PRIMARY KEY,
  key            text NOT NULL UNIQUE,                      -- what makes it this one: made again it is the same
  lead_id        uuid REFERENCES leads,
  opportunity_id uuid REFERENCES opportunities,
  owner          text,                                      -- null: whoever looks after leads nobody owns
  text           text NOT NULL,
  due_at         timestamptz,
  state          text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'dropped')),
  source         text NOT NULL,                             -- hand, follow-up, journey:<id>
  reminded_at    timestamptz,
  done_by        text,
  done_at        timestamptz,
  created_by     text NOT NULL,
  created_at     timestamptz NOT NULL
);
CREATE INDEX tasks_mine ON tasks (owner, due_at, id) WHERE state = 'open';
CREATE INDEX tasks_lead ON tasks (lead_id, created_at DESC, id DESC) WHERE lead_id IS NOT NULL;
CREATE INDEX tasks_due ON tasks (due_at) WHERE state = 'open' AND reminded_at IS NULL AND due_at IS NOT NULL;
CREATE INDEX tasks_newest ON tasks (created_at DESC, id DESC);
