import { runBot } from '../../bot/run.ts'
import { ConfigError } from '../config.ts'
import type { Job } from '../define.ts'
import type { House } from '../house.ts'
import { deliverDue } from '../messages/deliver.ts'
import { whenSent } from '../messages/send-soon.ts'
import { runJobs } from '../queue/run-jobs.ts'
import { shareMetrics } from '../share-metrics.ts'
import { endBotLease, renewBotLease } from '../skills/bot-lease.ts'
import { hearDue } from '../skills/hear-due.ts'
import { buildHouse } from './build-house.ts'
import { runRole } from './role.ts'

const partingMs = 2_000

await runRole('bot', async ({ config, clock, log }) => {
  if (!config.bot)
    throw new ConfigError([{ name: 'BOT', fault: '要运行 bot 角色，请设为 wecom · set BOT=wecom to run this role' }])
  const built = await buildHouse({ config, clock, log, role: 'bot' })
  const bot = await runBot(built.house, config.bot)
  const own: [string, Job][] = bot.hear
    ? [
        ['hear', { every: '1s', run: (house) => hearDue(house, { listen: bot.hear }) }],
        ['bot-lease', { every: '9s', run: renewBotLease }],
      ]
    : [['deliver', { every: '3s', run: (house) => deliverDue(house, 'normal') }]]
  const house: House = { ...built.house, bot, shelves: { ...built.house.shelves, jobs: new Map(own) } }
  const unshare = shareMetrics(house, 'bot')
  const runner = runJobs(house)
  const listening = built.queue.listen(runner.poke)
  return {
    async close() {
      await listening.close()
      await runner.close()
      await whenSent(partingMs)
      if (bot.hear) await endBotLease(house)
      await bot.close()
      await unshare()
      await built.close()
    },
  }
})
