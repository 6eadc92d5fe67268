-- A date comes by the clock of the person it belongs to: what was looked at is known by the moment, not by a day of the house.
ALTER TABLE journey_states ADD COLUMN dated_at timestamptz;  -- dates that came until then have begun their journeys; null: none yet
UPDATE journey_states SET dated_at = least(now(), dated + interval '16 hours') WHERE dated IS NOT NULL;
ALTER TABLE journey_states DROP COLUMN dated;

-- Which clocks people live by, besides the house's; few have one of their own.
CREATE INDEX leads_time_zone ON leads ((attributes ->> 'timeZone')) WHERE attributes ? 'timeZone';
