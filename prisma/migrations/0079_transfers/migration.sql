-- A customer, or the work on him, changes hands: one row, followed to its end.
ALTER TABLE transfers RENAME COLUMN reason TO fault;               -- why it came to nothing, for people
ALTER TABLE transfers ALTER COLUMN external_userid DROP NOT NULL;  -- null: only our own work changes hands
ALTER TABLE transfers ALTER COLUMN takeover DROP NOT NULL;         -- null: nobody has been found yet
ALTER TABLE transfers DROP CONSTRAINT transfers_state_check;
ALTER TABLE transfers ADD CONSTRAINT transfers_state_check
  CHECK (state IN ('unplaced', 'wanted', 'asked', 'done', 'refused', 'failed', 'cancelled'));
ALTER TABLE transfers ADD COLUMN reason text NOT NULL DEFAULT 'colleague'
  CHECK (reason IN ('colleague', 'absence', 'left', 'resigned'));
-- How WeCom is asked: of somebody who is here, of somebody who left; by a code the customer scans; or not at all.
ALTER TABLE transfers ADD COLUMN way text NOT NULL DEFAULT 'present'
  CHECK (way IN ('present', 'leaver', 'introduction', 'none'));
ALTER TABLE transfers ADD COLUMN by text NOT NULL DEFAULT 'system';
ALTER TABLE transfers ADD COLUMN note text;                        -- what the one who gives says to the one who takes
ALTER TABLE transfers ADD COLUMN line text;                        -- what WeCom tells the customer when it is done
ALTER TABLE transfers ADD COLUMN fault_id text;
ALTER TABLE transfers ADD COLUMN told text;                        -- how WeCom said by an event that it ended
ALTER TABLE transfers ADD COLUMN rule text;                        -- the routing rule that found who takes
ALTER TABLE transfers ADD COLUMN tried text[] NOT NULL DEFAULT '{}';
ALTER TABLE transfers ADD COLUMN left_at timestamptz;              -- when the member left, as WeCom lists it
ALTER TABLE transfers ADD COLUMN seen_at timestamptz;              -- when WeCom last listed him as unassigned
ALTER TABLE transfers ADD COLUMN until timestamptz;                -- an absence: until when
ALTER TABLE transfers ADD COLUMN returned_at timestamptz;          -- an absence: when the work went back
ALTER TABLE transfers ADD COLUMN lent jsonb;                       -- an absence: what was given, so that it goes back
ALTER TABLE transfers ADD COLUMN placed_at timestamptz;
ALTER TABLE transfers ADD COLUMN worked_at timestamptz;            -- our own work has gone over
ALTER TABLE transfers ADD COLUMN briefed_at timestamptz;
ALTER TABLE transfers ADD COLUMN look_at timestamptz;              -- when something is to be done about it; null: over
ALTER TABLE transfers ADD COLUMN claimed_until timestamptz;
ALTER TABLE transfers ADD COLUMN tries integer NOT NULL DEFAULT 0;
UPDATE transfers SET look_at = asked_at WHERE state = 'asked';
UPDATE transfers SET briefed_at = asked_at;

CREATE INDEX transfers_due ON transfers (look_at, id) WHERE look_at IS NOT NULL;
CREATE INDEX transfers_newest ON transfers (asked_at DESC, id DESC);
CREATE INDEX transfers_lead ON transfers (lead_id, asked_at DESC);
CREATE INDEX transfers_unbriefed ON transfers (takeover, handover) WHERE briefed_at IS NULL AND takeover IS NOT NULL;
CREATE INDEX transfers_lent ON transfers (handover) WHERE until IS NOT NULL AND returned_at IS NULL;
CREATE UNIQUE INDEX transfers_leaver ON transfers (external_userid, lower(handover), left_at) WHERE left_at IS NOT NULL;

-- Who looks after his leads while somebody is away.
ALTER TABLE staff ADD COLUMN cover text;
