-- Words that a skill may answer, from the event that brought them until somebody has answered. What one person says in one
-- breath becomes one burst and is heard as one; a burst is in one pair of hands. Done rows are gone.
CREATE TABLE hearings (
  id            uuid PRIMARY KEY,
  who           text NOT NULL,                          -- customer:<lead>:<open_kfid> | staff:<event>
  lead_id       uuid,
  userid        text,
  open_kfid     text,
  text          text NOT NULL,
  kind          text NOT NULL,
  key           text NOT NULL,                          -- of the event: makes each effect of the words happen once
  said_at       timestamptz NOT NULL,
  received_at   timestamptz NOT NULL,
  burst         uuid,                                   -- the first row's id; null: nobody took it yet
  claimed_until timestamptz,
  tries         integer NOT NULL DEFAULT 0
) WITH (fillfactor = 70);
CREATE INDEX hearings_new ON hearings (who, received_at) WHERE burst IS NULL;
CREATE INDEX hearings_taken ON hearings (claimed_until) WHERE burst IS NOT NULL;
