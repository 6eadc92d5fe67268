-- Who became one with a lead, for its page and for undoing the last merge.
CREATE INDEX merges_winner ON merges (winner, at DESC) WHERE undone_at IS NULL;
