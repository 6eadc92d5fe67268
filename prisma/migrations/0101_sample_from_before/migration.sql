-- People of the sample company that were loaded before samples were marked, so that they can be wiped like those loaded since.
-- Each is known by his first touch, whose id was made of his own id and `sample:<number>`; nobody else has such a line.
INSERT INTO sample_leads (lead_id)
SELECT DISTINCT t.lead_id FROM timeline t
WHERE t.kind = 'touch' AND t.actor = 'system' AND EXISTS (SELECT FROM offers WHERE rule = 'sample') AND NOT EXISTS (SELECT FROM sample_leads)
  AND EXISTS (
    SELECT FROM generate_series(0, 999) AS n, encode(sha256(
      convert_to(t.lead_id::text, 'UTF8') || '\x00'::bytea || convert_to('touch', 'UTF8') || '\x00'::bytea || convert_to('sample:' || n, 'UTF8')), 'hex') AS hex
    WHERE left(replace(t.id::text, '-', ''), 12) = left(hex, 12) AND right(t.id::text, 12) = right(left(hex, 32), 12))
ON CONFLICT DO NOTHING;
