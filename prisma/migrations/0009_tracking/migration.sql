-- What customers do with what we send: the links, who opened them, and what he read.

-- A link is personal when its message is for one lead, and belongs to a task when sends are merged.
CREATE TABLE links (
  code            text PRIMARY KEY CHECK (code ~ '^[0-9A-Za-z]{12}$'),
  purpose         text NOT NULL,
  content_id      text NOT NULL,
  content_version integer NOT NULL,
  lead_id         uuid REFERENCES leads,                  -- null: the task's
  task            uuid UNIQUE,                            -- batch it was made for; null: the lead's
  sender          text,
  created_at      timestamptz NOT NULL,
  CHECK ((lead_id IS NULL) <> (task IS NULL))
);
CREATE INDEX links_lead ON links (lead_id) WHERE lead_id IS NOT NULL;
ALTER TABLE messages ADD COLUMN link text;                -- code of the link it carries

-- Whoever WeCom told us opened a page: a customer, somebody a page was forwarded to, or one of us.
CREATE TABLE visitors (
  id              uuid PRIMARY KEY,
  code            text NOT NULL UNIQUE,                   -- what stands in the addresses he forwards
  kind            text NOT NULL CHECK (kind IN ('customer', 'stranger', 'staff')),
  external_userid text UNIQUE,
  openid          text UNIQUE,
  userid          text UNIQUE,
  lead_id         uuid REFERENCES leads,                  -- null: nobody we know yet
  stopped_at      timestamptz,                            -- said stop before he was a lead
  created_at      timestamptz NOT NULL
);
CREATE INDEX visitors_lead ON visitors (lead_id) WHERE lead_id IS NOT NULL;
CREATE INDEX visitors_unknown ON visitors (id) WHERE lead_id IS NULL AND kind <> 'staff';

-- One opening of a page, from first sight to leaving. Without a visitor: somebody outside WeChat, whom nobody knows.
CREATE TABLE visits (
  id              uuid PRIMARY KEY,
  link            text,
  content_id      text NOT NULL,
  content_version integer NOT NULL,
  visitor_id      uuid REFERENCES visitors,
  lead_id         uuid REFERENCES leads,
  from_visitor    uuid REFERENCES visitors,               -- who forwarded it to him
  from_lead       uuid REFERENCES leads,
  hops            integer NOT NULL DEFAULT 0,             -- 0: he got it from us
  opened_at       timestamptz NOT NULL,
  seen_at         timestamptz NOT NULL,
  dwell_ms        integer NOT NULL DEFAULT 0,
  depth           integer NOT NULL DEFAULT 0 CHECK (depth BETWEEN 0 AND 100),
  read_at         timestamptz,
  acts            text[] NOT NULL DEFAULT '{}'            -- buttons he opened
) WITH (fillfactor = 70);
CREATE INDEX visits_lead ON visits (lead_id, opened_at DESC, id DESC) WHERE lead_id IS NOT NULL;
CREATE INDEX visits_content ON visits (content_id, visitor_id);
CREATE INDEX visits_visitor ON visits (visitor_id, content_id) WHERE visitor_id IS NOT NULL;
CREATE INDEX visits_from ON visits (from_lead) WHERE from_lead IS NOT NULL;

-- When a lead's colleague was last told what he does.
CREATE TABLE reading_alerts (
  lead_id         uuid NOT NULL REFERENCES leads,
  kind            text NOT NULL,
  at              timestamptz NOT NULL,
  PRIMARY KEY (lead_id, kind)
);

ALTER TABLE leads ADD COLUMN paused_until timestamptz;    -- asked for a rest until then
ALTER TABLE content ADD COLUMN counts text NOT NULL DEFAULT ''; -- event that opening it is, besides being opened
