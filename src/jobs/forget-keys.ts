import { defineJob } from '../define.ts'

const dayMs = 864e5

/** Forgets what is only good for a while: idempotency keys after a day, sessions and sign-in links that are over, files of jobs after a week, ended calls after a month. */
export default defineJob({
  every: '1h',
  async run({ db, clock }) {
    const now = clock.now()
    const yesterday = new Date(now.getTime() - dayMs)
    await db.query('DELETE FROM idempotency WHERE at < $1', [yesterday])
    await db.query('DELETE FROM sessions WHERE expires_at < $1', [now])
    await db.query('DELETE FROM sign_in_links WHERE expires_at < $1', [yesterday])
    // What was gathered about a person for him lies here no longer than he needs to fetch it.
    await db.query('DELETE FROM job_files f USING jobs j WHERE j.id = f.job_id AND j.finished_at < $1', [
      new Date(now.getTime() - 7 * dayMs),
    ])
    await db.query(`DELETE FROM webhook_calls WHERE state <> 'waiting' AND ended_at < $1`, [
      new Date(now.getTime() - 30 * dayMs),
    ])
    return false
  },
})
