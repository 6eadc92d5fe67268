-- What the words room learnt it needs beside 0002: the line that goes with a link, whose cap a message counts against,
-- and who may wait.
ALTER TABLE content ADD COLUMN say text NOT NULL DEFAULT '';           -- what is sent with the link; empty: the body itself

ALTER TABLE messages ADD COLUMN account  text;                         -- the lead's company as it was, for caps per account
ALTER TABLE messages ADD COLUMN personal boolean NOT NULL DEFAULT false; -- a person's own send: hours and caps do not hold it
ALTER TABLE messages ADD COLUMN may_wait boolean NOT NULL DEFAULT false; -- put off by hours, caps and slots instead of refused
ALTER TABLE messages ADD COLUMN held     text;                         -- why it must be taken back from those who have not confirmed

CREATE INDEX messages_account ON messages (account, created_at) WHERE purpose = 'marketing' AND account IS NOT NULL;
CREATE INDEX messages_expiring ON messages (expires_at) WHERE state = 'planned' AND expires_at IS NOT NULL;
CREATE INDEX messages_batch ON messages (batch_id, id) WHERE batch_id IS NOT NULL;
DROP INDEX messages_waiting;
CREATE INDEX messages_held ON messages (batch_id) WHERE state = 'waiting' AND held IS NOT NULL;

CREATE INDEX content_offer ON content USING gin (stages) WHERE current;

-- Whom a person's messages are counted against besides himself: the company's name, spelled one way.
CREATE FUNCTION account_of(company text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT nullif(left(regexp_replace(lower(normalize(company, NFKC)), '\s+', '', 'g'), 200), '')
$$;
