-- The age of a lead at the sales desk: when somebody last worked on it, and which steps of the rule were taken since.
CREATE TABLE follow_ups (
  lead_id     uuid PRIMARY KEY REFERENCES leads,
  touched_at  timestamptz NOT NULL,
  told        integer NOT NULL DEFAULT 0
) WITH (fillfactor = 70);
CREATE INDEX follow_ups_age ON follow_ups (told, touched_at);

-- Leads at the sales desk that are nobody's: whoever was to offer them died between the move and the offer.
CREATE INDEX leads_unheld ON leads (stage_at) WHERE desk = 'sales' AND owner IS NULL AND merged_into IS NULL;
