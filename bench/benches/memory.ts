import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { defineBench } from '../bench.ts'
import { ownMiB, residentMiB } from '../counters.ts'
import { start } from '../started.ts'

const restMs = 20_000

export default defineBench({
  what: '启动 20 秒后各进程占用的内存 · memory at rest',
  async run({ say }) {
    const bowtie = await start()
    try {
      say('静置 20 秒')
      await wait(restMs)
      const sessions = childrenOf(bowtie.databasePid)
      return {
        conditions: '样例公司 300 多条线索；进程的 RSS 取自 /proc，数据库按各进程独占与分摊之和（PSS）',
        figures: [
          { name: '启动 start', value: bowtie.seconds, unit: 's', beside: '首次，含初始化数据库与样例' },
          ...Object.entries(bowtie.pids).map(([name, pid]) => ({
            name,
            value: residentMiB(pid),
            unit: 'MiB',
            ...(name === 'web' || name === 'worker' ? { aim: { atMost: 180 } } : {}),
          })),
          {
            name: 'PostgreSQL',
            value: [bowtie.databasePid, ...sessions].reduce((sum, pid) => sum + ownMiB(pid), 0),
            unit: 'MiB',
            beside: `${sessions.length + 1} 个进程`,
          },
        ],
      }
    } finally {
      await bowtie.stop()
    }
  },
})

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return new RegExp(`^PPid:\\s+${parent}$`, 'm').test(readFileSync(`/proc/${pid}/status`, 'utf8'))
      } catch {
        return false
      }
    })
    .map(Number)
}
