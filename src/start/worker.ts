import { openDb } from '../db.ts'
import { runRole } from './role.ts'

await runRole('worker', async ({ config }) => {
  const db = openDb(config.databaseUrl, { name: 'bowtie-worker' })
  // Keeps the process alive until there is work that does.
  const alive = setInterval(() => {}, 60_000)
  return {
    async close() {
      clearInterval(alive)
      await db.close()
    },
  }
})
