-- Every event passes through three states, and each step wrote a line into an index over all rows of all states. What is open
-- has its own small indexes; of what is done the newest is found by id; only what was put aside is looked for by its state.
DROP INDEX inbox_state;
CREATE INDEX inbox_put_aside ON inbox (state, id DESC) WHERE state IN ('failed', 'ignored');
