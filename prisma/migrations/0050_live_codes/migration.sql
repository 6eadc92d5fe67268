-- Live codes with people on duty, limits, remarks and greetings; acquisition links are codes of their own kind.

ALTER TABLE live_codes DROP CONSTRAINT live_codes_kind_check;
ALTER TABLE live_codes
  ADD CONSTRAINT live_codes_kind_check CHECK (kind IN ('live', 'join', 'handover', 'link')),
  ADD COLUMN plan        jsonb NOT NULL DEFAULT '{}',     -- who when, how many, whose turn then; remark, greetings
  ADD COLUMN people      text[] NOT NULL DEFAULT '{}',    -- everybody the code names, in lower case
  ADD COLUMN single      boolean NOT NULL DEFAULT false,  -- WeCom's type 1: holds one member for ever
  ADD COLUMN version     integer NOT NULL DEFAULT 1,
  ADD COLUMN duty        text[],                          -- whom WeCom was last told; null: nobody knows
  ADD COLUMN duty_why    text,
  ADD COLUMN duty_at     timestamptz,                     -- when to look again who is on duty
  ADD COLUMN duty_seq    integer NOT NULL DEFAULT 0,      -- grows with every reason to look
  ADD COLUMN duty_until  timestamptz,                     -- lease of the one who is telling WeCom
  ADD COLUMN duty_error  text,
  ADD COLUMN checked_at  timestamptz,                     -- when it was last compared with WeCom's
  ADD COLUMN figures     jsonb,                           -- links: what WeCom counts
  ADD COLUMN archived_at timestamptz;
UPDATE live_codes SET single = cardinality(staff) = 1, people = ARRAY(SELECT lower(s) FROM unnest(staff) s),
  duty = CASE WHEN made = 'made' THEN staff END, duty_at = CASE WHEN kind = 'live' AND made = 'made' THEN created_at END;
CREATE INDEX live_codes_duty ON live_codes (duty_at) WHERE duty_at IS NOT NULL;
CREATE INDEX live_codes_people ON live_codes USING gin (people) WHERE kind IN ('live', 'link');
CREATE INDEX live_codes_checked ON live_codes (checked_at NULLS FIRST) WHERE kind IN ('live', 'link') AND archived_at IS NULL;

-- Who came through a code, counted in the transaction that learns of it. An empty userid counts what names no member.
CREATE TABLE live_code_days (
  code_id  uuid NOT NULL REFERENCES live_codes,
  day      date NOT NULL,                                 -- business day
  userid   text NOT NULL,
  adds     integer NOT NULL DEFAULT 0,
  requests integer NOT NULL DEFAULT 0,                    -- links: friend requests, of nobody WeCom would name
  PRIMARY KEY (code_id, day, userid)
);

-- Relations that began, and about which something is still to be done once it is known who came: a remark, a word to a colleague.
CREATE TABLE newcomers (
  external_userid text NOT NULL,
  userid          text NOT NULL,
  code_id         uuid REFERENCES live_codes,             -- null: came by no code of ours
  began_at        timestamptz NOT NULL,
  due_at          timestamptz NOT NULL,
  tries           integer NOT NULL DEFAULT 0,
  PRIMARY KEY (external_userid, userid)
);
CREATE INDEX newcomers_due ON newcomers (due_at);

CREATE INDEX touches_state ON touches (state, lead_id) WHERE state IS NOT NULL;

ALTER TABLE leads ADD COLUMN blocked text;                -- the word of the block list the nickname holds; null: nobody's business

-- Whoever changes whether a member is there (the console, the bot, the mirror, a person by SQL) changes who is on duty.
CREATE FUNCTION mark_duty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE live_codes SET duty_at = least(duty_at, NEW.updated_at), duty_seq = duty_seq + 1 WHERE id IN (
    SELECT id FROM live_codes WHERE kind IN ('live', 'link') AND archived_at IS NULL AND people @> ARRAY[lower(NEW.userid)] ORDER BY id FOR UPDATE);
  RETURN NULL;
END $$;
CREATE TRIGGER staff_duty AFTER UPDATE OF active, in_scope, absent_until ON staff FOR EACH ROW
  WHEN ((OLD.active, OLD.in_scope, OLD.absent_until) IS DISTINCT FROM (NEW.active, NEW.in_scope, NEW.absent_until))
  EXECUTE FUNCTION mark_duty();
