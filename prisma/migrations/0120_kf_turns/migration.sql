-- WeCom tells whole seconds. Each time a customer writes is a turn of its own, though two fall into one second.
ALTER TABLE kf_sessions ADD COLUMN turn integer NOT NULL DEFAULT 0;          -- how often he opened our five messages anew
ALTER TABLE kf_sessions ADD COLUMN heard_keys text[] NOT NULL DEFAULT '{}';  -- what he wrote in the second of heard_at
