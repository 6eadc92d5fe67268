-- A time a customer and one of us agreed on.
CREATE TABLE bookings (
  id           uuid PRIMARY KEY,
  key          text NOT NULL UNIQUE,                   -- of the words that agreed: heard twice, booked once
  lead_id      uuid NOT NULL REFERENCES leads,
  userid       text NOT NULL,
  starts_at    timestamptz NOT NULL,
  ends_at      timestamptz NOT NULL CHECK (ends_at > starts_at),
  state        text NOT NULL DEFAULT 'booked' CHECK (state IN ('booked', 'moved', 'cancelled')),
  open_kfid    text,                                   -- the conversation it was agreed in
  made_at      timestamptz NOT NULL,
  ended_at     timestamptz,                            -- moved or cancelled
  ended_by     text,
  reminded_at  timestamptz
);
CREATE UNIQUE INDEX bookings_time ON bookings (userid, starts_at) WHERE state = 'booked';
CREATE INDEX bookings_lead ON bookings (lead_id, starts_at) WHERE state = 'booked';
CREATE INDEX bookings_remind ON bookings (starts_at) WHERE state = 'booked' AND reminded_at IS NULL;
