-- The guard's own memory: what a message may still try, what WeCom told of its limits, what a manager is asked.
ALTER TABLE messages ADD COLUMN ways text[] NOT NULL DEFAULT '{}';   -- channels still to be tried when this one cannot carry it
ALTER TABLE messages ADD COLUMN wanted_at timestamptz;               -- not before; a fight for a slot is decided anew from here
ALTER TABLE messages ADD COLUMN warnings text[] NOT NULL DEFAULT '{}'; -- red-line rules it touched and may pass
-- Slots are fought for among what is planned for one person.
CREATE INDEX messages_planned_lead ON messages (lead_id) WHERE state = 'planned' AND purpose <> 'notice';

-- What a channel's results told: this person is closed until then, whoever asks.
CREATE TABLE channel_shut (
  channel    text NOT NULL,
  recipient  text NOT NULL,                                          -- external_userid: limits of WeCom's are its own
  until      timestamptz NOT NULL,
  learnt_at  timestamptz NOT NULL,
  PRIMARY KEY (channel, recipient)
);

-- Open while its message waits; the message's state is the only truth about that.
CREATE TABLE approvals (
  message_id  uuid PRIMARY KEY REFERENCES messages,
  rule        text NOT NULL,
  told_at     timestamptz,                                           -- when managers were asked by card
  expires_at  timestamptz NOT NULL,
  decision    text CHECK (decision IN ('approved', 'refused')),
  decided_by  text,
  decided_at  timestamptz,
  note        text,
  created_at  timestamptz NOT NULL
);
CREATE INDEX approvals_open ON approvals (expires_at) WHERE decision IS NULL;

ALTER TABLE cards ADD COLUMN subject uuid;                           -- what is asked, when it is no offer
CREATE INDEX cards_subject ON cards (subject) WHERE subject IS NOT NULL;

ALTER TABLE batches ADD COLUMN escalated_at timestamptz;             -- when the manager heard that nobody confirms
