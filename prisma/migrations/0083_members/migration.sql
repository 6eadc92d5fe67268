-- What routing knows of a member besides regions and industries, and when he works.
ALTER TABLE staff ADD COLUMN skills text[] NOT NULL DEFAULT '{}';    -- words a routing rule may ask for
ALTER TABLE staff ADD COLUMN hours jsonb;                            -- spans as in the playbook's hours.work; null: the house's
ALTER TABLE staff ADD COLUMN last_sign_in timestamptz;               -- null: never, or before it was written down

-- Leads nobody could take, as they wait for a manager's hand.
CREATE INDEX review_unplaced ON review_queue (queued_at, lead_id) WHERE why @> '[{"rule": "unplaced"}]';
