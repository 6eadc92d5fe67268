-- Tasks whose making is unknown are looked for in WeCom's own list.
CREATE INDEX batches_unknown ON batches (poll_at) WHERE state = 'unknown';
