-- Every version of an answer as it was kept, so that a change can be looked at and taken back.
CREATE TABLE answer_versions (
  answer_id   text NOT NULL REFERENCES answers ON DELETE CASCADE,
  version     integer NOT NULL,
  title       text NOT NULL,
  asks        text[] NOT NULL,
  say         text NOT NULL,
  piece       text,
  retired_at  timestamptz,
  origin      text NOT NULL,
  by          text NOT NULL,
  at          timestamptz NOT NULL,
  PRIMARY KEY (answer_id, version)
);

CREATE FUNCTION keep_answer_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO answer_versions (answer_id, version, title, asks, say, piece, retired_at, origin, by, at)
  SELECT id, version, title, asks, say, piece, retired_at, origin, by, at FROM answers WHERE id = NEW.id
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER answers_versioned AFTER INSERT OR UPDATE OF version ON answers FOR EACH ROW EXECUTE FUNCTION keep_answer_version();

INSERT INTO answer_versions SELECT id, version, title, asks, say, piece, retired_at, origin, by, at FROM answers;
