-- What a customer does not want to hear of: a piece that speaks of nothing else is not for him.
CREATE TABLE declined_topics (
  lead_id uuid NOT NULL REFERENCES leads ON DELETE CASCADE,
  topic   text NOT NULL,
  at      timestamptz NOT NULL,
  PRIMARY KEY (lead_id, topic)
);
