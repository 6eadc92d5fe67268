-- Lists of one kind of work, the latest first, whoever asked for it.
CREATE INDEX jobs_kind ON jobs (kind, created_at DESC, id DESC);
