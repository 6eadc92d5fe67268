-- A person will answer, by then: what the bot told a customer. Open until somebody of ours has spoken with him.
CREATE TABLE promises (
  id               uuid PRIMARY KEY,
  key              text NOT NULL UNIQUE,                 -- of the words that asked for somebody: heard twice, promised once
  lead_id          uuid NOT NULL REFERENCES leads,
  userid           text,                                 -- who; null: whoever comes first of those who were told
  why              text NOT NULL,
  words            text NOT NULL DEFAULT '',             -- what the customer said, and went on saying
  open_kfid        text,                                 -- the conversation, where it is one of 客服
  external_userid  text,
  state            text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'kept')),
  made_at          timestamptz NOT NULL,
  due_at           timestamptz NOT NULL,
  move_at          timestamptz,                          -- from then on the conversation goes to a person; null: it needs not, or went
  moves            integer NOT NULL DEFAULT 0,
  look_at          timestamptz,                          -- when it is near, then when it is late; null: all was said
  told             integer NOT NULL DEFAULT 0,           -- 1 he was reminded, 2 whoever leads knows
  kept_at          timestamptz,
  kept_by          text,
  shown            boolean NOT NULL DEFAULT true         -- false: cards in people's hands do not say yet how it ended
);
CREATE UNIQUE INDEX promises_open ON promises (lead_id) WHERE state = 'open';
CREATE INDEX promises_look ON promises (look_at) WHERE state = 'open' AND look_at IS NOT NULL;
CREATE INDEX promises_move ON promises (move_at) WHERE state = 'open' AND move_at IS NOT NULL;
CREATE INDEX promises_shown ON promises (kept_at) WHERE NOT shown;
CREATE INDEX promises_lead ON promises (lead_id, made_at DESC);

-- Who receives an account's conversations, and whether he does now.
CREATE TABLE kf_servicers (
  open_kfid  text NOT NULL,
  userid     text NOT NULL,
  receiving  boolean NOT NULL,
  PRIMARY KEY (open_kfid, userid)
);
-- When the state of a conversation was last heard of: an old word is asked about again.
ALTER TABLE kf_sessions ADD COLUMN state_at timestamptz;
