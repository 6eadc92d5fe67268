-- How many a piece reached is asked whenever somebody looks at it.
CREATE INDEX messages_content ON messages (content_id, lead_id) WHERE content_id IS NOT NULL AND state = 'sent';
