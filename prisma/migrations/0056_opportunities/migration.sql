-- Deals: what it is worth, how far it is, what was shown to be true, who takes part.
CREATE TABLE opportunities (
  id             uuid PRIMARY KEY,
  account_id     uuid REFERENCES accounts,                  -- null until the company is known
  lead_id        uuid NOT NULL REFERENCES leads,            -- whoever it began with
  name           text NOT NULL,
  amount         bigint CHECK (amount >= 0),                -- fen
  expected_close date,
  step           text NOT NULL,
  state          text NOT NULL CHECK (state IN ('open', 'won', 'lost')),
  owner          text,
  competitors    text[] NOT NULL DEFAULT '{}',
  next_step      text,
  next_at        timestamptz,
  reason         text,                                      -- id of the playbook's, why it was won or lost
  seq            integer NOT NULL DEFAULT 0,
  stepped_at     timestamptz NOT NULL,                      -- at this step since
  touched_at     timestamptz NOT NULL,                      -- when anything last happened to it
  told           integer NOT NULL DEFAULT 0,                -- how often somebody heard that nothing happens
  closed_at      timestamptz,
  created_by     text NOT NULL,
  created_at     timestamptz NOT NULL,
  updated_at     timestamptz NOT NULL,
  version        integer NOT NULL DEFAULT 1
);
CREATE INDEX opportunities_account ON opportunities (account_id, created_at DESC) WHERE account_id IS NOT NULL;
CREATE INDEX opportunities_lead ON opportunities (lead_id);
CREATE INDEX opportunities_stale ON opportunities (told, touched_at) WHERE state = 'open';

-- Who takes part; `tied`: the lead's stage goes with the deal, and it is in one such deal only.
CREATE TABLE opportunity_people (
  opportunity_id uuid NOT NULL REFERENCES opportunities,
  lead_id        uuid NOT NULL REFERENCES leads,
  role           text,
  tied           boolean NOT NULL DEFAULT false,
  by             text NOT NULL,
  at             timestamptz NOT NULL,
  PRIMARY KEY (opportunity_id, lead_id)
);
CREATE UNIQUE INDEX opportunity_people_tied ON opportunity_people (lead_id) WHERE tied;
CREATE INDEX opportunity_people_lead ON opportunity_people (lead_id);

CREATE TABLE opportunity_ticks (
  opportunity_id uuid NOT NULL REFERENCES opportunities,
  item           text NOT NULL,
  by             text NOT NULL,
  at             timestamptz NOT NULL,
  note_id        uuid,                                      -- the record or the words that show it
  PRIMARY KEY (opportunity_id, item)
);

-- Ids only; what people wrote stands in notes and can be erased.
CREATE TABLE opportunity_changes (
  opportunity_id   uuid NOT NULL REFERENCES opportunities,
  seq              integer NOT NULL,
  kind             text NOT NULL,
  by               text NOT NULL,
  at               timestamptz NOT NULL,
  data             jsonb NOT NULL DEFAULT '{}',
  note_id          uuid,
  playbook_version integer NOT NULL,
  PRIMARY KEY (opportunity_id, seq)
);
CREATE TRIGGER opportunity_changes_append_only BEFORE UPDATE OR DELETE ON opportunity_changes FOR EACH ROW EXECUTE FUNCTION refuse_history_change();
CREATE TRIGGER opportunity_changes_no_truncate BEFORE TRUNCATE ON opportunity_changes FOR EACH STATEMENT EXECUTE FUNCTION refuse_history_change();
