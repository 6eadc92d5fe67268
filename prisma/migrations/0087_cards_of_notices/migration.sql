-- Words of the house may be a card that is answered: where it opens, and what its buttons say.
ALTER TABLE content ADD COLUMN card jsonb;

-- The last day on which somebody was told what waits for him.
ALTER TABLE staff ADD COLUMN briefed_on date;
