-- Companies: who belongs to them and what they are worth together, who knows whom, and the deals that live on them.

CREATE TABLE accounts (
  id                 uuid PRIMARY KEY,
  name               text NOT NULL,                         -- as most of its people write it, or as a person named it
  name_by            text,                                  -- who named it; null: the machine follows its people
  merged_into        uuid REFERENCES accounts,              -- an alias: its people and names stay with it, reads follow
  stage              text,                                  -- the furthest of its people and deals
  score              integer NOT NULL DEFAULT 0,            -- top_score + breadth, at most 100
  top_score          integer NOT NULL DEFAULT 0,
  breadth            integer NOT NULL DEFAULT 0,
  top_lead           uuid,
  people             integer NOT NULL DEFAULT 0,
  active_people      integer NOT NULL DEFAULT 0,
  surging_people     integer NOT NULL DEFAULT 0,
  surge_at           timestamptz,                           -- since when several of them are active at once
  last_active_on     date,
  owner              text,
  owner_by           text,                                  -- who said so; null: the owner of whoever got furthest
  open_opportunities integer NOT NULL DEFAULT 0,
  open_amount        bigint NOT NULL DEFAULT 0,             -- fen
  due_at             timestamptz,                           -- when its numbers may change by waiting alone
  created_at         timestamptz NOT NULL,
  updated_at         timestamptz NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX accounts_best ON accounts (score DESC, id DESC) WHERE merged_into IS NULL AND people > 0;
CREATE INDEX accounts_by_stage ON accounts (stage, score DESC, id DESC) WHERE merged_into IS NULL AND people > 0;
CREATE INDEX accounts_by_owner ON accounts (owner, score DESC, id DESC) WHERE merged_into IS NULL AND people > 0;
CREATE INDEX accounts_due ON accounts (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX accounts_aliases ON accounts (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX accounts_letters ON accounts USING gin (string_to_array(lower(name), NULL)) WHERE merged_into IS NULL;

-- The account that speaks for one.
CREATE FUNCTION account_root(of uuid) RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
  WITH RECURSIVE up AS (
    SELECT id, merged_into, 0 AS hops FROM accounts WHERE id = of
    UNION ALL SELECT a.id, a.merged_into, up.hops + 1 FROM up JOIN accounts a ON a.id = up.merged_into WHERE up.hops < 32)
  SELECT id FROM up WHERE merged_into IS NULL
$$;

-- What an account is found by: a company's name spelled one way, or a domain of e-mail.
CREATE TABLE account_names (
  kind       text NOT NULL CHECK (kind IN ('name', 'domain')),
  key        text NOT NULL,
  account_id uuid NOT NULL REFERENCES accounts,
  PRIMARY KEY (kind, key)
);
CREATE INDEX account_names_account ON account_names (account_id);
CREATE INDEX account_names_prefix ON account_names (key text_pattern_ops) WHERE kind = 'name';

-- Company names that came together with a domain. One name: whoever has only the domain belongs there too.
CREATE TABLE account_domains (
  domain text NOT NULL,
  name   text NOT NULL,
  PRIMARY KEY (domain, name)
);

CREATE TABLE account_people (
  lead_id    uuid PRIMARY KEY REFERENCES leads,
  account_id uuid REFERENCES accounts,                      -- null: a person said he belongs nowhere
  how        text NOT NULL CHECK (how IN ('name', 'domain', 'hand')),
  key        text,                                          -- the name or domain he was found by
  by         text NOT NULL,
  at         timestamptz NOT NULL,
  active_on  date,                                          -- the last day he did something that counts for him
  role       text,                                          -- of the playbook's list
  role_by    text,
  role_at    timestamptz
) WITH (fillfactor = 80);
CREATE INDEX account_people_account ON account_people (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX account_people_key ON account_people (key) WHERE how = 'domain';

CREATE TABLE account_merges (
  id        uuid PRIMARY KEY,
  winner    uuid NOT NULL REFERENCES accounts,
  loser     uuid NOT NULL REFERENCES accounts,
  by        text NOT NULL,
  at        timestamptz NOT NULL,
  undone_at timestamptz,
  undone_by text
);
CREATE INDEX account_merges_loser ON account_merges (loser);

CREATE TABLE account_suggestions (
  id         uuid PRIMARY KEY,
  a          uuid NOT NULL REFERENCES accounts,
  b          uuid NOT NULL REFERENCES accounts,
  why        jsonb NOT NULL,
  state      text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'merged', 'dismissed')),
  created_at timestamptz NOT NULL,
  UNIQUE (a, b),
  CHECK (a < b)
);
CREATE INDEX account_suggestions_open ON account_suggestions (created_at DESC, id DESC) WHERE state = 'open';

-- Leads something happened to that their account may have to know. Only ever added to, so that nobody who writes waits for
-- whoever reads, and no change hides behind a mark that was just taken.
CREATE TABLE account_marks (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  lead_id uuid NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

-- By trigger, once a statement, so that no way of changing a lead can forget it.
CREATE FUNCTION account_marks_begun() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO account_marks (lead_id) SELECT id FROM news WHERE company IS NOT NULL;
  RETURN NULL;
END $$;
CREATE FUNCTION account_marks_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO account_marks (lead_id)
  SELECT DISTINCT m.id FROM news n JOIN olds o USING (id) CROSS JOIN LATERAL (VALUES (n.id), (n.merged_into), (o.merged_into)) AS m(id)
  WHERE m.id IS NOT NULL AND (n.company, n.stage, n.owner, n.merged_into) IS DISTINCT FROM (o.company, o.stage, o.owner, o.merged_into);
  RETURN NULL;
END $$;
CREATE FUNCTION account_marks_scored() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO account_marks (lead_id) SELECT n.lead_id FROM news n JOIN olds o USING (lead_id) WHERE (n.s, n.fit) IS DISTINCT FROM (o.s, o.fit);
  RETURN NULL;
END $$;
CREATE FUNCTION account_marks_mailed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO account_marks (lead_id) SELECT lead_id FROM news WHERE kind = 'email';
  RETURN NULL;
END $$;
CREATE TRIGGER leads_begin_accounts AFTER INSERT ON leads REFERENCING NEW TABLE AS news FOR EACH STATEMENT EXECUTE FUNCTION account_marks_begun();
CREATE TRIGGER leads_change_accounts AFTER UPDATE ON leads REFERENCING OLD TABLE AS olds NEW TABLE AS news FOR EACH STATEMENT EXECUTE FUNCTION account_marks_changed();
CREATE TRIGGER scores_change_accounts AFTER UPDATE ON scores REFERENCING OLD TABLE AS olds NEW TABLE AS news FOR EACH STATEMENT EXECUTE FUNCTION account_marks_scored();
CREATE TRIGGER identities_mark_accounts AFTER INSERT ON identities REFERENCING NEW TABLE AS news FOR EACH STATEMENT EXECUTE FUNCTION account_marks_mailed();

-- Those who are there already.
INSERT INTO account_marks (lead_id) SELECT id FROM leads WHERE company IS NOT NULL AND merged_into IS NULL
  UNION SELECT lead_id FROM identities WHERE kind = 'email';

-- Whom a person's messages are counted against besides himself: his account, or his company's name until it has one.
CREATE FUNCTION account_of_lead(lead uuid, company text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN p.lead_id IS NULL THEN account_of(company) ELSE account_root(p.account_id)::text END
  FROM (VALUES (lead)) AS asked(id) LEFT JOIN account_people p ON p.lead_id = asked.id
$$;

-- Who is together in a customer group: what WeCom last said of its members.
CREATE TABLE group_members (
  chat_id         text NOT NULL REFERENCES group_chats,
  member          text NOT NULL,                            -- a userid of ours or an external_userid
  is_staff        boolean NOT NULL,
  joined_at       timestamptz,
  PRIMARY KEY (chat_id, member)
);
CREATE INDEX group_members_member ON group_members (member);
-- Looked at anew, so that groups that are known already get their members.
UPDATE group_chats SET stale_since = now() WHERE dismissed_at IS NULL;
