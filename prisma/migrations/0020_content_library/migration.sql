-- The content library as people keep it: files, validity, versions that come back, and what pieces do for those who get them.

ALTER TABLE content
  ADD COLUMN language    text NOT NULL DEFAULT 'zh-CN',   -- BCP 47
  ADD COLUMN valid_from  timestamptz,                     -- before: not picked, not sent, its links say so
  ADD COLUMN valid_until timestamptz,                     -- from then on likewise
  ADD COLUMN owner       text,                            -- staff who keeps it true
  ADD COLUMN retired_at  timestamptz,                     -- taken out of use; links that went out still open
  ADD COLUMN file        uuid,                            -- what was uploaded: a PDF, a picture, a video
  ADD COLUMN cover       uuid,                            -- picture of its card; null: the file's own, or none
  ADD COLUMN app_id      text,                            -- mini program
  ADD COLUMN app_page    text,
  ADD COLUMN as_file     boolean NOT NULL DEFAULT false;  -- sent as it is instead of as a link to its page

-- Files lie in the database, so that every machine serves them and one backup holds all.
CREATE TABLE content_files (
  id          uuid PRIMARY KEY,
  name        text NOT NULL,
  type        text NOT NULL,                              -- what its bytes are, whatever it was called
  size        bigint NOT NULL,
  state       text NOT NULL CHECK (state IN ('working', 'ready', 'refused')),
  problem     text,
  width       integer,
  height      integer,
  duration_ms integer,
  pages       integer,
  by          text NOT NULL,
  at          timestamptz NOT NULL
);
CREATE INDEX content_files_at ON content_files (at);
CREATE TABLE content_file_parts (
  file        uuid NOT NULL REFERENCES content_files ON DELETE CASCADE,
  part        integer NOT NULL,
  start       bigint NOT NULL,
  bytes       bytea NOT NULL,
  PRIMARY KEY (file, part)
);
ALTER TABLE content_file_parts ALTER COLUMN bytes SET STORAGE EXTERNAL;
-- Pages of a PDF as pictures; page 0 is the small one for cards.
CREATE TABLE content_file_pages (
  file        uuid NOT NULL REFERENCES content_files ON DELETE CASCADE,
  page        integer NOT NULL,
  type        text NOT NULL,
  width       integer NOT NULL,
  height      integer NOT NULL,
  bytes       bytea NOT NULL,
  PRIMARY KEY (file, page)
);
ALTER TABLE content_file_pages ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- What WeCom calls a file of ours, for the three days it keeps it.
CREATE TABLE wecom_media (
  file        uuid NOT NULL,
  kind        text NOT NULL,
  media_id    text NOT NULL,
  expires_at  timestamptz NOT NULL,
  PRIMARY KEY (file, kind)
);

-- What somebody is writing and has not saved.
CREATE TABLE content_drafts (
  by          text NOT NULL,
  piece       text NOT NULL,                              -- id of the piece, or a name for one that is not there yet
  input       jsonb NOT NULL,
  at          timestamptz NOT NULL,
  PRIMARY KEY (by, piece)
);

-- How far somebody came in what has parts: page of how many, second of how many.
ALTER TABLE visits
  ADD COLUMN part  integer,
  ADD COLUMN parts integer;

-- What became of those who were sent a piece, by the stage they were in and the day it was sent.
CREATE TABLE content_outcomes (
  content_id  text NOT NULL,
  stage       text NOT NULL,
  day         date NOT NULL,                              -- UTC
  received    integer NOT NULL,
  opened      integer NOT NULL,
  read        integer NOT NULL,
  moved       integer,                                    -- went on to a further stage in time; null: the time is not over
  read_moved  integer,                                    -- of those who read it
  PRIMARY KEY (content_id, stage, day)
);
-- The sum of a year, which is all that picking reads. `known_*`: of those whose time is over.
CREATE TABLE content_effect (
  content_id  text NOT NULL,
  stage       text NOT NULL,
  received    integer NOT NULL,
  opened      integer NOT NULL,
  read        integer NOT NULL,
  known       integer NOT NULL,
  known_read  integer NOT NULL,
  moved       integer NOT NULL,
  read_moved  integer NOT NULL,
  PRIMARY KEY (content_id, stage)
);

-- One person is one person after a merge too: his messages stay with their lead, and count for whom it became.
ALTER TABLE messages ADD COLUMN person uuid;              -- null: the lead itself
DROP INDEX messages_once;
CREATE UNIQUE INDEX messages_once ON messages (coalesce(person, lead_id), content_id)
  WHERE purpose = 'marketing' AND content_id IS NOT NULL AND state IN ('planned', 'waiting', 'sending', 'sent', 'unknown');
