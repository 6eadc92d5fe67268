import pg from 'pg'

/**
 * A database belongs to the corp it was first started with: people of one corp, or of a sandbox, must never be written to in
 * another. Answers the corp it belongs to when that is not this one.
 */
export async function otherCorp(connectionString: string, corpId: string): Promise<string | null> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    await client.query(
      `INSERT INTO settings (key, value, by, at) VALUES ('corp', jsonb_build_object('corpId', $1::text), 'system', now()) ON CONFLICT (key) DO NOTHING`,
      [corpId],
    )
    const { rows } = await client.query<{ corpId: string }>(
      `SELECT value ->> 'corpId' AS "corpId" FROM settings WHERE key = 'corp'`,
    )
    const owner = rows[0]?.corpId ?? corpId
    return owner === corpId ? null : owner
  } finally {
    await client.end()
  }
}
