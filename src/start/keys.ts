import pg from 'pg'
import type { LaunchConfig } from '../config.ts'
import { openSealKeys } from '../leads/seal-keys.ts'

/** Before any role starts: DATA_KEY opens this database, or, being new, from now on does. @throws ConfigError */
export async function checkKeys(connectionString: string, config: LaunchConfig): Promise<void> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    await client.query('BEGIN')
    const query = async <Row>(text: string, values?: readonly unknown[]) =>
      (await client.query(text, values && [...values])).rows as Row[]
    await openSealKeys({ query }, config)
    await client.query('COMMIT')
  } finally {
    await client.end()
  }
}
