import { systemClock } from '../clock.ts'
import { ConfigError, readConfig } from '../config.ts'
import { openDb } from '../db.ts'
import { patientOf } from '../http/patient.ts'
import { createSeal } from '../leads/seal.ts'
import { openSealKeys } from '../leads/seal-keys.ts'
import { createLog } from '../log.ts'
import { createWecom } from '../wecom/client.ts'
import { examine } from '../wecom/doctor.ts'
import type { Finding } from '../wecom/doctor-step.ts'
import { commandEnvironment } from './running.ts'

const marks: Record<Finding['state'], string> = { ok: '✓', warn: '!', fail: '✗' }

/** `npm run doctor`: walks through the set-up of the corp in the order WeCom unlocks it, and says what to click where. */
async function main(): Promise<void> {
  const config = readConfig(commandEnvironment())
  const clock = systemClock
  const db = openDb(config.databaseUrl, { name: 'bowtie-doctor', poolSize: 2 })
  const log = createLog('silent', 'doctor')
  const wecom = createWecom({
    config,
    db,
    clock,
    log,
    seal: createSeal(await db.transaction((tx) => openSealKeys(tx, config))),
  })
  try {
    const state = await examine(await patientOf({ wecom, config, db, clock }), (step, { state: mark, text }) => {
      console.log(`${marks[mark]} ${step.title}`)
      for (const line of text.split('\n')) console.log(`    ${line}`)
    })
    console.log(closing[state])
    process.exitCode = state === 'fail' ? 1 : 0
  } finally {
    await wecom.close()
    await db.close()
  }
}

const closing: Record<Finding['state'], string> = {
  ok: '\n全部就绪。',
  warn: '\n可以使用；带「!」的几项请按说明确认。',
  fail: '\n带「✗」的几项解决之后，请再运行一次 npm run doctor。',
}

main().catch((error: Error) => {
  console.error(error.message)
  if (error instanceof ConfigError) {
    console.error('没有设置 DATABASE_URL 时，请先在另一个窗口运行 npm start。Run npm start first, in another window.')
    process.exitCode = 78
  } else process.exitCode = 1
})
