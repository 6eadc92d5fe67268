-- What attracting people costs, by month, channel and campaign; entered by people. Whole fen, so that sums are exact.
CREATE TABLE costs (
  month         date NOT NULL CHECK (extract(day FROM month) = 1),
  channel       text NOT NULL,
  campaign      text NOT NULL DEFAULT '',               -- '': the channel as a whole
  amount        bigint NOT NULL CHECK (amount > 0),     -- fen
  by            text NOT NULL,
  at            timestamptz NOT NULL,
  PRIMARY KEY (month, channel, campaign)
);

-- Reports look at what was opened in a period, and who came. Rows come in the order of time, so a few bytes per block are index enough.
CREATE INDEX visits_opened_at ON visits USING brin (opened_at);
CREATE INDEX touches_at ON touches USING brin (at);
