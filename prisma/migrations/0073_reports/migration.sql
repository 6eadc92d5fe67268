-- Reports ask what was judged, offered and answered in a period. Rows come in the order of time, so a few bytes per block do.
CREATE INDEX verdicts_at ON verdicts USING brin (at);
CREATE INDEX offers_offered_at ON offers USING brin (offered_at);
CREATE INDEX offers_answered_at ON offers USING brin (answered_at);

-- Answers of reports that took long to work out. They are worth what they took: whoever asks meanwhile gets the one that is there.
CREATE TABLE report_answers (
  key      text PRIMARY KEY,                            -- SHA-256 of what was asked, and by whose reach
  answer   jsonb NOT NULL,
  as_of    timestamptz NOT NULL,
  took_ms  integer NOT NULL
);
CREATE INDEX report_answers_as_of ON report_answers (as_of);
