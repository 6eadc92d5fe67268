-- What all processes that talk to WeCom share. Read and written by src/wecom only.

-- One row per credential: access_token and the two JS-SDK tickets.
CREATE TABLE wecom_tokens (
  name             text PRIMARY KEY,                    -- kind, corp, agent and a fingerprint of the secret
  sealed           text,                                -- encrypted with DATA_KEY; null: never fetched
  version          integer NOT NULL DEFAULT 0,          -- grows with every fetch, so that a stale one is told from a new one
  expires_at       timestamptz,
  refresh_at       timestamptz,                         -- from here on the first caller fetches the next one
  refreshing_until timestamptz,                         -- lease of the one process that is fetching
  refreshing_by    uuid,
  failed_until     timestamptz,                         -- nobody asks again before; a wrong secret bars the whole IP
  failed_errcode   integer,
  failed_errmsg    text
);

-- GCRA, one row per bucket. Times are milliseconds since 1970, exact enough for 100 µs steps.
CREATE TABLE wecom_buckets (
  name             text PRIMARY KEY,
  tat              double precision NOT NULL DEFAULT 0, -- theoretical arrival time of the next call
  blocked_until    double precision NOT NULL DEFAULT 0  -- WeCom said 45009
) WITH (fillfactor = 50);                                -- no second index: every update stays on its page

-- How many calls of a day ended how.
CREATE TABLE wecom_calls (
  day              date NOT NULL,                       -- in China, where WeCom counts
  api              text NOT NULL,
  errcode          integer NOT NULL,                    -- 0 good; -1000 no answer
  calls            bigint NOT NULL,
  PRIMARY KEY (day, api, errcode)
);
