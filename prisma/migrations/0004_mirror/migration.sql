-- What the mirror between us and WeCom needs beside 0002.

-- Whoever read a relation's tags before `marks` grew, or while a mark_tag was under way, has read something out of date.
ALTER TABLE follows
  ADD COLUMN tags_known    boolean NOT NULL DEFAULT true, -- false: it began anew or was found, so worn tags say nothing about intent
  ADD COLUMN marks         integer NOT NULL DEFAULT 0,    -- grows when a mark_tag begins
  ADD COLUMN marking_until timestamptz;                   -- lease of the mark_tag under way

ALTER TABLE live_codes
  ADD COLUMN make_at      timestamptz,                    -- when the job makes it, unless somebody did before
  ADD COLUMN making_until timestamptz;                    -- lease of the one who is asking WeCom
CREATE INDEX live_codes_make ON live_codes (make_at) WHERE make_at IS NOT NULL;
CREATE INDEX live_codes_newest ON live_codes (created_at DESC, id DESC);

ALTER TABLE kf_accounts
  ADD COLUMN known_at      timestamptz,                   -- what was written before we knew the account is history, not a question
  ADD COLUMN heard_at      timestamptz,                   -- last message of a customer; lately: look again without being told
  ADD COLUMN pulled_at     timestamptz,
  ADD COLUMN pulling_until timestamptz,                   -- lease of the one puller
  ADD COLUMN pulling_by    uuid;

-- Work of which there is one in the corp: tag definitions, the staff list, reconcile …
CREATE TABLE mirror_work (
  name          text PRIMARY KEY,
  due_at        timestamptz,                              -- asked for
  claimed_until timestamptz,
  claimed_by    uuid,
  done_at       timestamptz,
  tries         integer NOT NULL DEFAULT 0
);
