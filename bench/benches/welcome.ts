import { setTimeout as wait } from 'node:timers/promises'
import { defineBench, type Figure } from '../bench.ts'
import { callbackRequest, contactXml } from '../callbacks.ts'
import { quantile } from '../compare.ts'
import { openClient } from '../load.ts'
import { quiet, type Started, start } from '../started.ts'

const storm = 5_000

interface World {
  staff: { userid: string; inScope: boolean; active: boolean; consoleWelcome?: boolean }[]
  relations: { userid: string; external_userid: string }[]
}

export default defineBench({
  what: '从回调到欢迎语：真正的进程，空闲时与 5,000 条编辑事件同时涌来时 · from the callback to the welcome call',
  async run({ long, say }) {
    const bowtie = await start()
    try {
      const world = await bowtie.sandbox<World>('world')
      const staff = world.staff.filter(({ inScope, active, consoleWelcome }) => inScope && active && !consoleWelcome)
      const userid = staff[0]?.userid ?? ''
      // The sample company is still being read; a customer may come at any time, but idle means idle.
      await quiet(bowtie)
      say('空闲时')
      const idle = await welcomes(bowtie, userid, long ? 100 : 25, 250)
      say(`${storm.toLocaleString('en')} 条编辑事件涌来`)
      const relations = world.relations
      const edits = Array.from({ length: storm }, (_, n) => {
        const { userid, external_userid } = relations[n % relations.length] as World['relations'][number]
        const xml = contactXml(bowtie.corp.corpId, {
          change: 'edit_external_contact',
          userid,
          customer: external_userid,
        })
        return callbackRequest(bowtie.corp, xml)
      })
      const client = await openClient(bowtie.port, 16)
      const begin = performance.now()
      const [pushed, stormy] = await Promise.all([client.drain(edits), welcomes(bowtie, userid, long ? 100 : 40, 100)])
      client.close()
      await quiet(bowtie)
      const drained = (performance.now() - begin) / 1000
      return {
        conditions: `node start.mjs，沙盒的样例公司 ${relations.length} 段关系；从沙盒发出回调到它收到 send_welcome_msg，取沙盒自己的时钟`,
        figures: [
          ...figures('空闲', idle),
          ...figures('风暴中', stormy),
          { name: '风暴收下', value: pushed.done / pushed.seconds, unit: '/s', beside: `失败 ${pushed.failed}` },
          { name: '风暴办完', value: drained, unit: 's', beside: '收件箱清空、资料取回' },
        ],
      }
    } finally {
      await bowtie.stop()
    }
  },
})

function figures(name: string, { waits, missing }: { waits: number[]; missing: number }): Figure[] {
  return [
    { name: `${name} p50`, value: quantile(waits, 0.5), unit: 'ms' },
    { name: `${name} p99`, value: quantile(waits, 0.99), unit: 'ms' },
    {
      name: `${name} 最长`,
      value: Math.max(...waits),
      unit: 'ms',
      aim: { atMost: 3_000 },
      beside: `${waits.length} 次`,
    },
    { name: `${name} 没有欢迎`, value: missing, unit: '', aim: { atMost: 0 } },
  ]
}

/** Strangers scan a member's code one after another; answers how long each waited for the call that welcomes him. */
async function welcomes(bowtie: Started, userid: string, count: number, everyMs: number) {
  const codes = new Set<string>()
  for (let n = 0; n < count; n++) {
    const scanned = await bowtie.sandbox<{ welcomeCode?: string }>('customerScans', { name: `来客 ${n}`, userid })
    if (scanned.welcomeCode) codes.add(scanned.welcomeCode)
    await wait(everyMs)
  }
  await wait(4_000)
  const { items: callbacks } = await bowtie.sandbox<{
    items: { fields: { WelcomeCode?: string }; tries: { at: number }[] }[]
  }>('callbacks')
  const { items: calls } = await bowtie.sandbox<{
    items: { at: number; path: string; body: { welcome_code?: string } }[]
  }>('calls')
  const welcomed = new Map(
    calls
      .filter(({ path }) => path === 'externalcontact/send_welcome_msg')
      .map(({ at, body }) => [body.welcome_code, at]),
  )
  const waits = callbacks.flatMap(({ fields, tries }) => {
    const at = codes.has(fields.WelcomeCode ?? '') ? welcomed.get(fields.WelcomeCode) : undefined
    return at === undefined ? [] : [at - (tries[0]?.at ?? at)]
  })
  return { waits, missing: codes.size - waits.length }
}
