-- Journeys: what happens to a lead by itself, step by step. PostgreSQL is the timer: an enrolment is a row with the moment it is due.

CREATE TABLE journeys (
  id        text NOT NULL,
  version   integer NOT NULL CHECK (version > 0),
  current   boolean NOT NULL DEFAULT true,
  name      text NOT NULL,
  body      json NOT NULL,                              -- json, not jsonb: it is shown as it was written
  origin    text NOT NULL CHECK (origin IN ('file', 'database')),
  checksum  text NOT NULL,
  by        text NOT NULL,
  at        timestamptz NOT NULL,
  PRIMARY KEY (id, version)
);
CREATE UNIQUE INDEX journeys_current ON journeys (id) WHERE current;

-- What is true of a journey whatever its version.
CREATE TABLE journey_states (
  journey   text PRIMARY KEY,
  paused    boolean NOT NULL DEFAULT false,
  dated     date,                                       -- last business day whose dates were looked at
  by        text NOT NULL,
  at        timestamptz NOT NULL
);

-- What journeys listen to, so that the hot paths write a mark only where somebody wants it.
CREATE TABLE journey_wants (
  kind      text NOT NULL,                              -- stage event tag
  what      text NOT NULL,                              -- '*', an event type, a tag as ["group","name"]
  journey   text NOT NULL,
  PRIMARY KEY (kind, what, journey)
);

-- Something happened to a lead that a journey may begin or end with. Decided in batches, then gone.
CREATE TABLE journey_marks (
  id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  due_at    timestamptz NOT NULL,
  lead_id   uuid NOT NULL,
  kind      text NOT NULL,                              -- stage event tag date chosen look
  what      jsonb NOT NULL,
  by        text NOT NULL,
  at        timestamptz NOT NULL
);
CREATE INDEX journey_marks_due ON journey_marks (due_at, id);

CREATE TABLE enrolments (
  id          uuid PRIMARY KEY,
  journey     text NOT NULL,
  version     integer NOT NULL,
  lead_id     uuid NOT NULL REFERENCES leads,
  state       text NOT NULL CHECK (state IN ('waiting', 'paused', 'done', 'goal', 'exited', 'cancelled', 'failed')),
  many        boolean NOT NULL,                         -- one lead may be in it several times at once
  chosen      boolean NOT NULL,                         -- a person put him in
  step        text,                                     -- path of the step he is at; null: ended
  since       timestamptz,                              -- at a wait: since when; null: not begun
  awaits      text,                                     -- event that ends the wait early
  acts        boolean NOT NULL DEFAULT false,           -- the step does something: one transaction of its own under the lead's lock
  due_at      timestamptz NOT NULL,
  attempts    integer NOT NULL DEFAULT 0,
  entered_at  timestamptz NOT NULL,
  entered_by  text NOT NULL,
  ended_at    timestamptz,
  why         text,                                     -- id of what ended it
  CHECK ((step IS NULL) = (ended_at IS NOT NULL)),
  CHECK ((state IN ('waiting', 'paused')) = (ended_at IS NULL)),
  FOREIGN KEY (journey, version) REFERENCES journeys (id, version)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.03);
CREATE INDEX enrolments_due ON enrolments (due_at, id) WHERE state = 'waiting' AND NOT acts;
CREATE INDEX enrolments_acting ON enrolments (due_at, id) WHERE state = 'waiting' AND acts;
CREATE INDEX enrolments_live ON enrolments (lead_id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX enrolments_once ON enrolments (journey, lead_id) WHERE ended_at IS NULL AND NOT many;
CREATE INDEX enrolments_lead ON enrolments (lead_id, journey);
CREATE INDEX enrolments_list ON enrolments (journey, entered_at DESC, id DESC);
CREATE INDEX enrolments_state ON enrolments (journey, state);

-- What each step did. A journey is a tree, so a step is done at most once in an enrolment: held by the key.
CREATE TABLE enrolment_steps (
  enrolment   uuid NOT NULL REFERENCES enrolments,
  step        text NOT NULL,
  outcome     text NOT NULL,
  message_id  uuid REFERENCES messages,
  at          timestamptz NOT NULL,
  PRIMARY KEY (enrolment, step)
);
CREATE INDEX enrolment_steps_message ON enrolment_steps (message_id) WHERE message_id IS NOT NULL;
