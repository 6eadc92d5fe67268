-- Lists that stay quick when there are a million leads.

-- Whose customer somebody is, read from the index alone.
CREATE INDEX follows_mine ON follows (userid, state) INCLUDE (lead_id);
DROP INDEX follows_staff;

-- Every two neighbouring characters of some texts, in lower case. Words of two characters are the usual case in Chinese, and
-- a trigram index cannot find them.
CREATE FUNCTION bigrams_of(VARIADIC texts text[]) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT array_agg(DISTINCT substr(word, n, 2)) FROM unnest(texts) AS given, lower(given) AS word, generate_series(1, length(word) - 1) AS n
$$;
CREATE INDEX leads_words ON leads USING gin (bigrams_of(name, company, title)) WHERE merged_into IS NULL;
