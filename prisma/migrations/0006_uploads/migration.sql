-- Files on their way to a job, in parts as they came: neither the web process nor the worker ever holds a whole one.
CREATE TABLE uploads (
  id            uuid NOT NULL,                          -- the job's id, known before the job exists
  part          integer NOT NULL,
  start         bigint NOT NULL,                        -- where the part begins in the file
  bytes         bytea NOT NULL,
  at            timestamptz NOT NULL,
  PRIMARY KEY (id, part)
);
ALTER TABLE uploads ALTER COLUMN bytes SET STORAGE EXTERNAL;
CREATE INDEX uploads_first ON uploads (at) WHERE part = 0;
