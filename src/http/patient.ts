import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Sql } from '../db.ts'
import type { Wecom } from '../wecom/client.ts'
import type { Patient } from '../wecom/doctor-step.ts'
import { callbackPath } from './callback.ts'

/** What the checks of the set-up look at, whoever asks for them. */
export async function patientOf({
  wecom,
  config,
  db,
  clock,
}: {
  wecom: Wecom
  config: Config
  db: Sql
  clock: Clock
}): Promise<Patient> {
  const [heard] = await db.query<Patient['heard']>(
    `SELECT (SELECT received_at FROM inbox ORDER BY id DESC LIMIT 1) AS any,
            (SELECT received_at FROM inbox WHERE path LIKE 'wecom/change_external_contact/%' ORDER BY id DESC LIMIT 1) AS customer`,
  )
  const files = await readdir(join(config.dataDir, 'verify')).catch(() => [])
  return {
    wecom,
    config,
    db,
    clock,
    callbackUrl: `${config.publicUrl}${callbackPath}`,
    verifyFiles: files.filter((file) => /^(WW|MP)_verify_\w+\.txt$/.test(file)),
    heard: heard ?? { any: null, customer: null },
  }
}
