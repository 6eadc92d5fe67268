-- The keys that seal mobiles and e-mails, wrapped by DATA_KEY: it can be changed in a moment, and what they sealed stays as it is.
CREATE TABLE data_keys (
  id         text PRIMARY KEY,
  wrapped    text NOT NULL,
  -- Which DATA_KEY opens it.
  wrapped_by text NOT NULL,
  at         timestamptz NOT NULL DEFAULT now()
);
