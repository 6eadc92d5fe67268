-- What customers ask, and what the house answers. A file in templates/answers is the beginning; what a person changed stands
-- before it until it is reset.
CREATE TABLE answers (
  id          text PRIMARY KEY,
  title       text NOT NULL,                          -- how the question is called in menus and lists
  asks        text[] NOT NULL,                        -- the ways people put it
  say         text NOT NULL,
  piece       text,                                   -- id of a piece of the library that goes along
  retired_at  timestamptz,
  origin      text NOT NULL CHECK (origin IN ('file', 'database')),
  checksum    text NOT NULL,                          -- of the file it came from, or stands before; '' without one
  version     integer NOT NULL DEFAULT 1,
  grams       integer NOT NULL,                       -- the spelling its index was made with
  by          text NOT NULL,
  at          timestamptz NOT NULL
);
-- The index of the questions: characters, sounds and words of each way to ask. Narrow, and read by its key alone.
CREATE TABLE answer_grams (
  gram       text NOT NULL,
  answer_id  text NOT NULL REFERENCES answers ON DELETE CASCADE,
  ask        smallint NOT NULL,                       -- which of the ways
  weight     real NOT NULL,
  PRIMARY KEY (gram, answer_id, ask)
);
CREATE INDEX answer_grams_answer ON answer_grams (answer_id, ask);

-- Which answers are of use: one line each time one was given.
CREATE TABLE answers_given (
  key        uuid PRIMARY KEY,                         -- of the words it answered
  answer_id  text NOT NULL,
  at         timestamptz NOT NULL
);
CREATE INDEX answers_given_answer ON answers_given (answer_id, at);

-- Questions nobody had an answer for: what the library should learn next.
CREATE TABLE missed_questions (
  id       uuid PRIMARY KEY,
  key      text NOT NULL UNIQUE,                      -- of the words: heard twice, missed once
  lead_id  uuid REFERENCES leads,
  text     text NOT NULL,
  near     text[] NOT NULL DEFAULT '{}',              -- answers that were close
  at       timestamptz NOT NULL,
  closed_at timestamptz,
  closed_by text
);
CREATE INDEX missed_questions_open ON missed_questions (at DESC, id DESC) WHERE closed_at IS NULL;
CREATE INDEX missed_questions_lead ON missed_questions (lead_id);

-- Which line of a menu was tapped.
ALTER TABLE hearings ADD COLUMN menu_id text;
-- What the words of the house offer to tap on.
ALTER TABLE content ADD COLUMN menu text[] NOT NULL DEFAULT '{}';
