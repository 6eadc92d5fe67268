-- Who has been shown around, or does not want to be.
ALTER TABLE staff ADD COLUMN toured_at timestamptz;
