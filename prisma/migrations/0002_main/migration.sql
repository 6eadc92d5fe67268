-- What we remember. One block per room; narrow tables where the work is hot. Times are timestamptz, ids are UUIDv7 made by
-- the application (so that a set of rows and its children are written without asking back).

-- ── people of the house ───────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE staff (
  userid        text PRIMARY KEY,                       -- WeCom userid as first registered; compared without case
  name          text NOT NULL DEFAULT '',
  roles         text[] NOT NULL DEFAULT '{}',
  team          text,
  manager       text,
  capacity      integer,                                -- null: the playbook's
  weight        integer NOT NULL DEFAULT 1 CHECK (weight >= 0),
  active        boolean NOT NULL DEFAULT true,
  in_scope      boolean NOT NULL DEFAULT true,          -- inside the app's visible range
  absent_until  timestamptz,
  regions       text[] NOT NULL DEFAULT '{}',
  industries    text[] NOT NULL DEFAULT '{}',
  created_at    timestamptz NOT NULL,
  updated_at    timestamptz NOT NULL
);
CREATE UNIQUE INDEX staff_userid_nocase ON staff (lower(userid));
CREATE INDEX staff_roles ON staff USING gin (roles);

CREATE TABLE sessions (
  id_hash       bytea PRIMARY KEY,
  userid        text NOT NULL,
  created_at    timestamptz NOT NULL,
  seen_at       timestamptz NOT NULL,
  expires_at    timestamptz NOT NULL
);
CREATE INDEX sessions_userid ON sessions (userid);

CREATE TABLE sign_in_links (
  code_hash     bytea PRIMARY KEY,
  userid        text,                                   -- null: the first admin, whoever opens it
  created_at    timestamptz NOT NULL,
  expires_at    timestamptz NOT NULL,
  used_at       timestamptz
);

-- ── leads ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE leads (
  id            uuid PRIMARY KEY,
  name          text NOT NULL DEFAULT '',
  company       text,
  title         text,
  industry      text,
  region        text,
  size          text,
  attributes    jsonb NOT NULL DEFAULT '{}',            -- anything else a form, an import or a follow-up told us
  stage         text NOT NULL,
  desk          text NOT NULL,
  owner         text,
  first_source  jsonb,                                  -- {kind, channel, campaign, state, at}
  last_source   jsonb,
  merged_into   uuid REFERENCES leads,                  -- an alias: reads follow it, rows stay
  automation    boolean NOT NULL DEFAULT true,          -- false: found by the first sync, silent until switched on
  marketing     text NOT NULL DEFAULT 'default' CHECK (marketing IN ('default', 'granted', 'denied')),
  recycle_count integer NOT NULL DEFAULT 0,
  cool_until    timestamptz,
  stage_seq     integer NOT NULL DEFAULT 0,             -- number of the last stage change
  stage_at      timestamptz NOT NULL,
  version       integer NOT NULL DEFAULT 1,
  created_at    timestamptz NOT NULL,
  updated_at    timestamptz NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX leads_newest ON leads (created_at DESC, id DESC) WHERE merged_into IS NULL;
CREATE INDEX leads_by_stage ON leads (stage, desk, created_at DESC, id DESC) WHERE merged_into IS NULL;
CREATE INDEX leads_by_owner ON leads (owner, stage, created_at DESC, id DESC) WHERE merged_into IS NULL AND owner IS NOT NULL;
CREATE INDEX leads_aliases ON leads (merged_into) WHERE merged_into IS NOT NULL;

-- The lead whose row speaks for this one: itself, or the end of its chain of aliases.
CREATE FUNCTION lead_root(of uuid) RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
  WITH RECURSIVE up AS (
    SELECT id, merged_into, 0 AS hops FROM leads WHERE id = of
    UNION ALL
    SELECT l.id, l.merged_into, up.hops + 1 FROM up JOIN leads l ON l.id = up.merged_into WHERE up.hops < 32
  )
  SELECT id FROM up WHERE merged_into IS NULL LIMIT 1
$$;

-- The lead and every alias that ends in it.
CREATE FUNCTION lead_family(root uuid) RETURNS SETOF uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
  WITH RECURSIVE down AS (
    SELECT id, 0 AS hops FROM leads WHERE id = root
    UNION ALL
    SELECT l.id, down.hops + 1 FROM down JOIN leads l ON l.merged_into = down.id WHERE down.hops < 32
  )
  SELECT id FROM down
$$;

CREATE TABLE identities (
  kind          text NOT NULL,                          -- externalUserId unionid mobile email openid custom
  key           text NOT NULL,                          -- the value itself, or its blind index where it is sealed
  lead_id       uuid NOT NULL REFERENCES leads,
  sealed        text,                                   -- AES-256-GCM of a mobile or e-mail
  hint          text NOT NULL,                          -- what lists may show: 138****0001
  source        text NOT NULL,
  created_at    timestamptz NOT NULL,
  PRIMARY KEY (kind, key)
);
CREATE INDEX identities_lead ON identities (lead_id);

CREATE TABLE merges (
  id            uuid PRIMARY KEY,
  winner        uuid NOT NULL REFERENCES leads,
  loser         uuid NOT NULL REFERENCES leads,
  by            text NOT NULL,
  at            timestamptz NOT NULL,
  undone_at     timestamptz,
  undone_by     text
);
CREATE INDEX merges_loser ON merges (loser);

CREATE TABLE merge_suggestions (
  id            uuid PRIMARY KEY,
  a             uuid NOT NULL REFERENCES leads,
  b             uuid NOT NULL REFERENCES leads,
  why           jsonb NOT NULL,
  state         text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'merged', 'dismissed')),
  created_at    timestamptz NOT NULL,
  UNIQUE (a, b),
  CHECK (a < b)
);

-- Every time a person reached us: first, last and each one between.
CREATE TABLE touches (
  id            uuid PRIMARY KEY,
  lead_id       uuid NOT NULL REFERENCES leads,
  at            timestamptz NOT NULL,
  kind          text NOT NULL,                          -- live_code wecom api form import kf join handover
  channel       text,
  campaign      text,
  state         text,
  userid        text
);
CREATE INDEX touches_lead ON touches (lead_id, at DESC);
CREATE INDEX touches_channel ON touches (channel, at);

CREATE TABLE consents (
  id            uuid PRIMARY KEY,
  lead_id       uuid NOT NULL REFERENCES leads,
  purpose       text NOT NULL,
  granted       boolean NOT NULL,
  source        text NOT NULL,
  by            text NOT NULL,
  at            timestamptz NOT NULL
);
CREATE INDEX consents_lead ON consents (lead_id, at DESC);

CREATE TABLE notes (
  id            uuid PRIMARY KEY,
  lead_id       uuid NOT NULL REFERENCES leads,
  by            text NOT NULL,
  at            timestamptz NOT NULL,
  kind          text NOT NULL DEFAULT 'note',           -- note verdict return decline qualification remind
  body          text NOT NULL,
  data          jsonb
);
CREATE INDEX notes_lead ON notes (lead_id, at DESC);

-- ── follow relations: staff × external contact ────────────────────────────────────────────────────────────────────────
CREATE TABLE follows (
  userid           text NOT NULL,
  external_userid  text NOT NULL,
  lead_id          uuid NOT NULL REFERENCES leads,
  state            text NOT NULL CHECK (state IN ('half', 'full', 'deleted_by_us', 'deleted_by_customer', 'out_of_scope')),
  add_way          integer,
  way_state        text,
  remark           text,
  started_at       timestamptz NOT NULL,
  ended_at         timestamptz,
  stale_since      timestamptz,                         -- the profile changed; fetch it when quiet for 2 s
  stage_wish       text,                                -- stage whose tag this relation should wear
  stage_worn       text,                                -- stage whose tag it wears, as far as we know
  wish_at          timestamptz,                         -- set: the tags of this relation need work; null: done
  wish_tries       integer NOT NULL DEFAULT 0,
  PRIMARY KEY (external_userid, userid)
);
CREATE INDEX follows_lead ON follows (lead_id);
CREATE INDEX follows_staff ON follows (userid, state);
CREATE INDEX follows_stale ON follows (stale_since) WHERE stale_since IS NOT NULL;
CREATE INDEX follows_wish ON follows (wish_at) WHERE wish_at IS NOT NULL;

CREATE TABLE live_codes (
  id            uuid PRIMARY KEY,
  state         text NOT NULL UNIQUE CHECK (length(state) <= 30),
  kind          text NOT NULL CHECK (kind IN ('live', 'join', 'handover')),
  name          text NOT NULL,
  staff         text[] NOT NULL,
  tags          jsonb NOT NULL DEFAULT '[]',            -- [{group, name}]
  source        jsonb,                                  -- {channel, campaign}
  welcome       text,
  lead_id       uuid REFERENCES leads,                  -- join, handover: the lead who comes through it
  config_id     text,
  qr_code       text,
  made          text NOT NULL DEFAULT 'wanted' CHECK (made IN ('wanted', 'made', 'failed', 'unknown')),
  made_error    text,
  created_by    text NOT NULL,
  created_at    timestamptz NOT NULL
);
CREATE INDEX live_codes_lead ON live_codes (lead_id) WHERE lead_id IS NOT NULL;

-- ── tags ──────────────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE tag_groups (
  id              uuid PRIMARY KEY,
  name            text NOT NULL UNIQUE,
  kind            text NOT NULL DEFAULT 'custom',       -- source title industry stage need custom
  exclusive       boolean NOT NULL DEFAULT false,
  wecom_group_id  text UNIQUE,
  ours            boolean NOT NULL DEFAULT false,       -- made through our app, so we may edit it
  deleted_at      timestamptz,
  created_at      timestamptz NOT NULL
);
CREATE TABLE tags (
  id            uuid PRIMARY KEY,
  group_id      uuid NOT NULL REFERENCES tag_groups,
  name          text NOT NULL,
  stage         text,                                   -- in the stage group: the stage it stands for
  wecom_tag_id  text UNIQUE,
  ours          boolean NOT NULL DEFAULT false,
  deleted_at    timestamptz,
  created_at    timestamptz NOT NULL,
  UNIQUE (group_id, name)
);
CREATE TABLE lead_tags (
  lead_id       uuid NOT NULL REFERENCES leads,
  tag_id        uuid NOT NULL REFERENCES tags,
  by            text NOT NULL,                          -- userid, rule:<id>, wecom:<userid>, api, import
  rule          text,
  at            timestamptz NOT NULL,
  PRIMARY KEY (lead_id, tag_id)
);
CREATE INDEX lead_tags_tag ON lead_tags (tag_id, lead_id);
-- Corp tags as WeCom last showed them on one relation: the base from which a change by hand is told from our own.
CREATE TABLE follow_tags (
  external_userid text NOT NULL,
  userid          text NOT NULL,
  wecom_tag_id    text NOT NULL,
  PRIMARY KEY (external_userid, userid, wecom_tag_id)
);

-- ── stages ────────────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE stage_changes (
  lead_id           uuid NOT NULL REFERENCES leads,
  seq               integer NOT NULL CHECK (seq > 0),
  edge              text NOT NULL,
  from_stage        text,
  from_desk         text,
  to_stage          text NOT NULL,
  to_desk           text NOT NULL,
  actor             text NOT NULL,
  reason            text,                               -- a reason id of the playbook, or 'other' (words are in notes)
  note_id           uuid,
  rule              text,
  playbook_version  integer NOT NULL,
  at                timestamptz NOT NULL,
  PRIMARY KEY (lead_id, seq)
);
CREATE INDEX stage_changes_at ON stage_changes (at);
CREATE FUNCTION refuse_history_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'history is append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER stage_changes_append_only BEFORE UPDATE OR DELETE ON stage_changes FOR EACH ROW EXECUTE FUNCTION refuse_history_change();
CREATE TRIGGER stage_changes_no_truncate BEFORE TRUNCATE ON stage_changes FOR EACH STATEMENT EXECUTE FUNCTION refuse_history_change();
-- Gap-free and linked: every change starts where the one before it ended.
CREATE FUNCTION link_stage_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE before record;
BEGIN
  IF NEW.seq = 1 THEN
    IF NEW.from_stage IS NOT NULL THEN RAISE EXCEPTION 'the first stage change of % starts from nothing', NEW.lead_id; END IF;
    RETURN NEW;
  END IF;
  SELECT to_stage, to_desk INTO before FROM stage_changes WHERE lead_id = NEW.lead_id AND seq = NEW.seq - 1;
  IF NOT FOUND THEN RAISE EXCEPTION 'stage change % of % leaves a gap', NEW.seq, NEW.lead_id; END IF;
  IF before.to_stage IS DISTINCT FROM NEW.from_stage OR before.to_desk IS DISTINCT FROM NEW.from_desk THEN
    RAISE EXCEPTION 'stage change % of % starts at %@%, the one before ended at %@%', NEW.seq, NEW.lead_id,
      NEW.from_stage, NEW.from_desk, before.to_stage, before.to_desk;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER stage_changes_linked BEFORE INSERT ON stage_changes FOR EACH ROW EXECUTE FUNCTION link_stage_change();

-- ── score ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
-- Unit of account: lead × event type × day. S is summed anew from these in day order whenever one changes.
CREATE TABLE score_days (
  lead_id       uuid NOT NULL,
  type          text NOT NULL,
  day           date NOT NULL,
  events        integer NOT NULL,
  weight        integer NOT NULL,                       -- plain sum; the cap is applied when it is read
  PRIMARY KEY (lead_id, type, day)
) WITH (fillfactor = 70);
CREATE TABLE scores (
  lead_id       uuid PRIMARY KEY,
  s             double precision NOT NULL DEFAULT 0,    -- forward-decayed sum, landmark in src/scoring
  fit           integer NOT NULL DEFAULT 50,            -- 0–100
  fit_known     boolean NOT NULL DEFAULT false,
  hand_raise_at timestamptz,
  crosses_at    timestamptz,                            -- when the grade changes by waiting alone
  rules         integer NOT NULL,                       -- playbook version it was computed under
  updated_at    timestamptz NOT NULL
) WITH (fillfactor = 60);
CREATE INDEX scores_cross ON scores (crosses_at) WHERE crosses_at IS NOT NULL;

-- ── review ────────────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE review_queue (
  lead_id       uuid PRIMARY KEY REFERENCES leads,
  hand_raised   boolean NOT NULL,
  s             double precision NOT NULL,
  queued_at     timestamptz NOT NULL,
  due_at        timestamptz NOT NULL,
  why           jsonb NOT NULL,                         -- [{rule, text}]
  playbook_version integer NOT NULL,
  claimed_by    text,
  claimed_until timestamptz,
  warned        integer NOT NULL DEFAULT 0              -- SLA steps already told
) WITH (fillfactor = 60);
CREATE INDEX review_queue_order ON review_queue (hand_raised DESC, due_at, s DESC, lead_id);
CREATE INDEX review_queue_due ON review_queue (due_at);

CREATE TABLE verdicts (
  id            uuid PRIMARY KEY,
  lead_id       uuid NOT NULL REFERENCES leads,
  verdict       text NOT NULL,
  reason        text NOT NULL,
  note_id       uuid,
  journey       text,
  remind_at     timestamptz,
  by            text NOT NULL,
  at            timestamptz NOT NULL,
  holds_until   timestamptz,                            -- what would leave the house waits until then
  state         text NOT NULL CHECK (state IN ('held', 'done', 'undone')),
  before        jsonb NOT NULL,                         -- the queue item, for undo
  playbook_version integer NOT NULL
);
CREATE INDEX verdicts_lead ON verdicts (lead_id, at DESC);
CREATE INDEX verdicts_held ON verdicts (holds_until) WHERE state = 'held';
CREATE INDEX verdicts_remind ON verdicts (remind_at) WHERE remind_at IS NOT NULL;

CREATE TABLE qualifications (
  lead_id       uuid PRIMARY KEY REFERENCES leads,
  fields        jsonb NOT NULL,
  by            text NOT NULL,
  at            timestamptz NOT NULL
);

-- ── offers ────────────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE offers (
  id            uuid PRIMARY KEY,
  lead_id       uuid NOT NULL REFERENCES leads,
  userid        text NOT NULL,
  state         text NOT NULL CHECK (state IN ('open', 'accepted', 'declined', 'lapsed', 'cancelled')),
  round         integer NOT NULL,
  rule          text NOT NULL,
  why           jsonb NOT NULL,                         -- candidates as they stood
  playbook_version integer NOT NULL,
  offered_at    timestamptz NOT NULL,
  due_at        timestamptz NOT NULL,
  answered_at   timestamptz,
  answered_by   text,
  reason        text,
  first_contact_due timestamptz,
  first_contact_at  timestamptz,
  live_code_id  uuid REFERENCES live_codes,             -- the rep's own code that introduces him to this lead
  introduced_at timestamptz,
  warned        integer NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX offers_one_open ON offers (lead_id) WHERE state = 'open';
CREATE INDEX offers_due ON offers (due_at) WHERE state = 'open';
CREATE INDEX offers_lead ON offers (lead_id, offered_at DESC);
CREATE INDEX offers_introduce ON offers (answered_at) WHERE state = 'accepted' AND introduced_at IS NULL;
CREATE INDEX offers_staff ON offers (userid, offered_at DESC);
CREATE INDEX offers_first_contact ON offers (first_contact_due) WHERE state = 'accepted' AND first_contact_at IS NULL;

-- One row per person who can be offered leads; locked while one is chosen, so that bulk intake spreads evenly.
CREATE TABLE rotation (
  userid          text PRIMARY KEY,
  offered         bigint NOT NULL DEFAULT 0,
  credit          double precision NOT NULL DEFAULT 0,
  last_offered_at timestamptz
);

-- ── words ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE content (
  id            text NOT NULL,
  version       integer NOT NULL,
  current       boolean NOT NULL DEFAULT true,
  kind          text NOT NULL,                          -- article pdf image video link miniprogram text
  title         text NOT NULL,
  body          text NOT NULL DEFAULT '',
  url           text,
  stages        text[] NOT NULL,
  audiences     text[] NOT NULL DEFAULT '{}',
  industries    text[] NOT NULL DEFAULT '{}',
  needs         text[] NOT NULL DEFAULT '{}',
  plain         text NOT NULL DEFAULT '',               -- the line that is sent when the body cannot render
  origin        text NOT NULL CHECK (origin IN ('file', 'database')),
  checksum      text NOT NULL,
  by            text NOT NULL,
  at            timestamptz NOT NULL,
  PRIMARY KEY (id, version)
);
CREATE UNIQUE INDEX content_current ON content (id) WHERE current;

CREATE TABLE messages (
  id              uuid PRIMARY KEY,
  key             text NOT NULL UNIQUE,                 -- what makes this message this one: planning twice plans once
  lead_id         uuid REFERENCES leads,                -- null: a notice to staff about no lead
  purpose         text NOT NULL,                        -- welcome answer marketing handover notice
  content_id      text,                                 -- a piece of the library, or a template of the house
  content_version integer,
  channel         text NOT NULL,
  sender          text,                                 -- staff in whose name it goes
  recipient       text,                                 -- staff userid (notices), external_userid, open_kfid:external_userid
  state           text NOT NULL CHECK (state IN ('planned', 'waiting', 'sending', 'sent', 'failed', 'refused', 'expired', 'cancelled', 'unknown')),
  waits_for       jsonb,
  reason          jsonb,                                -- {id, message}
  priority        integer NOT NULL DEFAULT 0,
  body            jsonb NOT NULL,                       -- rendered: {text, attachments?, card?}
  extra           jsonb NOT NULL DEFAULT '{}',          -- what the channel needs: welcome code, open_kfid, …
  due_at          timestamptz NOT NULL,
  expires_at      timestamptz,
  claimed_until   timestamptz,
  attempts        integer NOT NULL DEFAULT 0,
  wecom_id        text,
  batch_id        uuid,
  planned_by      text NOT NULL,
  playbook_version integer NOT NULL,
  created_at      timestamptz NOT NULL,
  sent_at         timestamptz
) WITH (fillfactor = 70);
CREATE INDEX messages_due ON messages (channel, due_at, id) WHERE state = 'planned';
CREATE INDEX messages_sending ON messages (claimed_until) WHERE state = 'sending';
CREATE INDEX messages_waiting ON messages (batch_id) WHERE state = 'waiting';
CREATE INDEX messages_lead ON messages (lead_id, created_at DESC, id DESC);
CREATE INDEX messages_state ON messages (state, created_at DESC, id DESC);
-- The same marketing piece reaches one person once: held by the database, whatever planned it.
CREATE UNIQUE INDEX messages_once ON messages (lead_id, content_id)
  WHERE purpose = 'marketing' AND content_id IS NOT NULL AND state IN ('planned', 'waiting', 'sending', 'sent', 'unknown');

-- One task for one staff member × content × window, whatever the number of leads.
CREATE TABLE batches (
  id            uuid PRIMARY KEY,
  channel       text NOT NULL,
  merge_key     text NOT NULL,
  sender        text NOT NULL,
  state         text NOT NULL CHECK (state IN ('gathering', 'sending', 'waiting', 'done', 'failed', 'expired', 'unknown')),
  closes_at     timestamptz NOT NULL,
  wecom_id      text,
  poll_at       timestamptz,
  reminded      integer NOT NULL DEFAULT 0,
  reminded_at   timestamptz,
  attempts      integer NOT NULL DEFAULT 0,
  expires_at    timestamptz,
  reason        jsonb,
  claimed_until timestamptz,
  created_at    timestamptz NOT NULL
);
CREATE UNIQUE INDEX batches_gathering ON batches (channel, merge_key) WHERE state = 'gathering';
CREATE INDEX batches_closing ON batches (closes_at) WHERE state = 'gathering';
CREATE INDEX batches_poll ON batches (poll_at) WHERE state = 'waiting';
CREATE INDEX batches_sending ON batches (claimed_until) WHERE state = 'sending';

CREATE TABLE cards (
  task_id       text PRIMARY KEY,
  message_id    uuid REFERENCES messages,
  offer_id      uuid REFERENCES offers,
  userid        text NOT NULL,
  response_code text,
  state         text NOT NULL DEFAULT 'sent' CHECK (state IN ('sent', 'stale', 'updated', 'failed')),
  shows         jsonb,                                  -- what it should show once it is stale
  update_at     timestamptz,
  tries         integer NOT NULL DEFAULT 0,
  sent_at       timestamptz NOT NULL
);
CREATE INDEX cards_stale ON cards (update_at) WHERE state = 'stale';
CREATE INDEX cards_offer ON cards (offer_id);

-- ── 微信客服 ───────────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE kf_accounts (
  open_kfid     text PRIMARY KEY,
  name          text NOT NULL DEFAULT '',
  cursor        text NOT NULL DEFAULT '',
  token         text,
  token_at      timestamptz,
  pull_at       timestamptz,                            -- set: there is something to pull
  granted       boolean NOT NULL DEFAULT true
);
CREATE INDEX kf_accounts_pull ON kf_accounts (pull_at) WHERE pull_at IS NOT NULL;
CREATE TABLE kf_sessions (
  open_kfid        text NOT NULL,
  external_userid  text NOT NULL,
  lead_id          uuid REFERENCES leads,
  heard_at         timestamptz,                         -- last message of the customer
  said             integer NOT NULL DEFAULT 0,          -- our messages since then
  servicer         text,
  state            integer,
  PRIMARY KEY (open_kfid, external_userid)
);
CREATE INDEX kf_sessions_lead ON kf_sessions (lead_id);

-- ── the playbook ──────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE playbook_versions (
  version       integer PRIMARY KEY,
  body          json NOT NULL,                          -- json, not jsonb: the order of stages is the order of the way
  by            text NOT NULL,
  at            timestamptz NOT NULL,
  note          text
);
CREATE TRIGGER playbook_append_only BEFORE UPDATE OR DELETE ON playbook_versions FOR EACH ROW EXECUTE FUNCTION refuse_history_change();

-- ── what happened: one line per thing, ids only ───────────────────────────────────────────────────────────────────────
CREATE TABLE timeline (
  id            uuid NOT NULL,
  lead_id       uuid NOT NULL,
  at            timestamptz NOT NULL,
  kind          text NOT NULL,                          -- event:<type> stage touch tag follow message offer note consent merge …
  actor         text,
  data          jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE TABLE timeline_rest PARTITION OF timeline DEFAULT;
CREATE INDEX timeline_lead ON timeline (lead_id, at DESC, id DESC);
CREATE INDEX timeline_kind ON timeline (kind, at);

-- ── the inbox ─────────────────────────────────────────────────────────────────────────────────────────────────────────
-- Keys of everything ever accepted; outlives archived rows, so that a replay is known however old.
CREATE TABLE seen (
  key           bytea PRIMARY KEY,
  at            timestamptz NOT NULL
);
CREATE SEQUENCE inbox_id;
CREATE TABLE inbox (
  id            bigint NOT NULL DEFAULT nextval('inbox_id'),
  received_at   timestamptz NOT NULL,
  path          text NOT NULL,                          -- wecom/change_external_contact/add_external_contact, kf/text, …
  lane          text NOT NULL,                          -- welcome, default, storm
  subject       text NOT NULL,                          -- one subject is never in two hands: external_userid, userid, chat id, …
  body          text NOT NULL,                          -- decrypted XML or JSON, as it came
  event         jsonb NOT NULL,
  state         text NOT NULL DEFAULT 'received' CHECK (state IN ('received', 'working', 'done', 'failed', 'ignored')),
  attempts      integer NOT NULL DEFAULT 0,
  due_at        timestamptz NOT NULL,
  worker        text,
  reason        text,
  done_at       timestamptz,
  PRIMARY KEY (id, received_at)
) PARTITION BY RANGE (received_at);
CREATE TABLE inbox_rest PARTITION OF inbox DEFAULT;
CREATE INDEX inbox_open ON inbox (lane, due_at, id) WHERE state = 'received';
CREATE INDEX inbox_working ON inbox (due_at) WHERE state = 'working';
CREATE INDEX inbox_subject ON inbox (subject, id) WHERE state IN ('received', 'working');
CREATE INDEX inbox_state ON inbox (state, id DESC);

-- Subjects in somebody's hands: the row is the claim, so that two workers never hold events of one person.
CREATE TABLE inbox_hands (
  subject       text PRIMARY KEY,
  worker        text NOT NULL,
  until         timestamptz NOT NULL
);

-- Month partitions are made ahead by a job; rows that come before one exists rest in the default.
CREATE FUNCTION ensure_month(parent regclass, month date) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  first date := date_trunc('month', month)::date;
  child text := parent::text || '_' || to_char(first, 'YYYYMM');
  rest  text := parent::text || '_rest';
  col   text := CASE parent::text WHEN 'inbox' THEN 'received_at' ELSE 'at' END;
  busy  boolean;
BEGIN
  IF to_regclass(child) IS NOT NULL THEN RETURN false; END IF;
  EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE %I >= %L AND %I < %L)', rest, col, first, col, first + interval '1 month') INTO busy;
  IF busy THEN RETURN false; END IF;
  EXECUTE format('CREATE TABLE %I PARTITION OF %s FOR VALUES FROM (%L) TO (%L)', child, parent, first::timestamptz, (first + interval '1 month')::timestamptz);
  RETURN true;
END $$;

-- ── the machine ───────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE settings (
  key           text PRIMARY KEY,
  value         jsonb NOT NULL,
  by            text NOT NULL,
  at            timestamptz NOT NULL
);
CREATE TABLE jobs (
  id            uuid PRIMARY KEY,
  kind          text NOT NULL,
  state         text NOT NULL CHECK (state IN ('queued', 'working', 'done', 'failed', 'cancelled')),
  input         jsonb NOT NULL,
  done          bigint NOT NULL DEFAULT 0,
  total         bigint,
  result        jsonb,
  by            text NOT NULL,
  created_at    timestamptz NOT NULL,
  claimed_until timestamptz,
  attempts      integer NOT NULL DEFAULT 0,
  finished_at   timestamptz
);
CREATE INDEX jobs_open ON jobs (created_at) WHERE state IN ('queued', 'working');
CREATE INDEX jobs_by ON jobs (by, created_at DESC);
CREATE TABLE job_files (
  job_id        uuid PRIMARY KEY REFERENCES jobs ON DELETE CASCADE,
  name          text NOT NULL,
  bytes         bytea NOT NULL
);
CREATE TABLE job_rows (
  job_id        uuid NOT NULL REFERENCES jobs ON DELETE CASCADE,
  row           bigint NOT NULL,
  outcome       text NOT NULL,                          -- created joined unchanged refused
  lead_id       uuid,
  problem       text,
  PRIMARY KEY (job_id, row)
);
CREATE TABLE idempotency (
  principal     text NOT NULL,
  key           text NOT NULL,
  request       bytea NOT NULL,                         -- SHA-256 of method, path and body
  status        integer,                                -- null: still running
  answer        jsonb,
  at            timestamptz NOT NULL,
  PRIMARY KEY (principal, key)
);
CREATE INDEX idempotency_at ON idempotency (at);
CREATE TABLE audit (
  id            uuid PRIMARY KEY,
  at            timestamptz NOT NULL,
  principal     text NOT NULL,
  act_as        text,
  action        text NOT NULL,
  target        text,
  data          jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_at ON audit (at DESC);
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION refuse_history_change();

CREATE TABLE hook_sources (
  source        text PRIMARY KEY,                       -- the word in /hooks/:source
  token_hash    bytea NOT NULL,
  channel       text NOT NULL,
  mapping       jsonb NOT NULL DEFAULT '{}',            -- form field → lead field
  active        boolean NOT NULL DEFAULT true,
  by            text NOT NULL,
  at            timestamptz NOT NULL
);
CREATE TABLE group_chats (
  chat_id       text PRIMARY KEY,
  owner         text,
  name          text NOT NULL DEFAULT '',
  member_version text,
  stale_since   timestamptz,
  dismissed_at  timestamptz
);
CREATE INDEX group_chats_stale ON group_chats (stale_since) WHERE stale_since IS NOT NULL;
CREATE TABLE transfers (
  id            uuid PRIMARY KEY,
  external_userid text NOT NULL,
  lead_id       uuid REFERENCES leads,
  handover      text NOT NULL,
  takeover      text NOT NULL,
  state         text NOT NULL CHECK (state IN ('asked', 'done', 'refused', 'failed')),
  reason        text,
  asked_at      timestamptz NOT NULL,
  ended_at      timestamptz
);
CREATE INDEX transfers_customer ON transfers (external_userid, asked_at DESC);
