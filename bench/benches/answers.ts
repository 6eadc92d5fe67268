import { setTimeout as wait } from 'node:timers/promises'
import { defineBench, type Figure } from '../bench.ts'
import { callbackRequest, contactXml } from '../callbacks.ts'
import { quantile } from '../compare.ts'
import { openClient } from '../load.ts'
import { quiet, type Started, start } from '../started.ts'

const storm = 5_000

interface World {
  kf: { accounts: { open_kfid: string }[] }
  relations: { userid: string; external_userid: string }[]
  chat: { at: number; external_userid: string; from: string; via: string }[]
}

export default defineBench({
  what: '从客户在微信客服里说话到他收到回答：真正的进程，空闲时、二十人同时来问、与 5,000 条编辑事件同时涌来时 · from words at 客服 to their answer',
  async run({ long, say }) {
    const bowtie = await start()
    try {
      const world = await bowtie.sandbox<World>('world')
      const kf = world.kf.accounts[0]?.open_kfid ?? ''
      await quiet(bowtie)
      const { bot } = await bowtie.api<{ bot: { quiet: string } }>('GET', '/api/playbook')
      say('空闲时')
      const idle = await answers(bowtie, kf, long ? 60 : 15, 400)
      say('二十人同时来问')
      const crowd = await answers(bowtie, kf, 20, 0)
      say(`${storm.toLocaleString('en')} 条编辑事件涌来`)
      const { relations } = world
      const edits = Array.from({ length: storm }, (_, n) => {
        const { userid, external_userid } = relations[n % relations.length] as World['relations'][number]
        const event = { change: 'edit_external_contact', userid, customer: external_userid } as const
        return callbackRequest(bowtie.corp, contactXml(bowtie.corp.corpId, event))
      })
      const client = await openClient(bowtie.port, 16)
      const [, stormy] = await Promise.all([client.drain(edits), answers(bowtie, kf, long ? 60 : 20, 250)])
      client.close()
      return {
        conditions: `node start.mjs，沙盒；从客户的话到他收到的第一条回答，取沙盒自己的时钟；等他说完的 ${bot.quiet} 算在内`,
        figures: [...figures('空闲', idle), ...figures('同时', crowd), ...figures('风暴中', stormy)],
      }
    } finally {
      await bowtie.stop()
    }
  },
})

/** Three seconds is how long a person takes to type a short answer; nobody looks away before. */
function figures(name: string, { waits, missing }: { waits: number[]; missing: number }): Figure[] {
  return [
    { name: `${name} p50`, value: quantile(waits, 0.5), unit: 'ms', beside: `${waits.length} 次` },
    { name: `${name} p99`, value: quantile(waits, 0.99), unit: 'ms', aim: { atMost: 3_000 } },
    { name: `${name} 没有回答`, value: missing, unit: '', aim: { atMost: 0 } },
  ]
}

/** Strangers ask one after another, or at once; answers how long each waited for his first answer. */
async function answers(bowtie: Started, kf: string, count: number, everyMs: number) {
  const asked = new Set<string>()
  const ask = async (n: number) => {
    const input = { name: `问客 ${n}`, kf, text: '怎么开发票' }
    asked.add((await bowtie.sandbox<{ external_userid: string }>('customerWritesKf', input)).external_userid)
  }
  if (everyMs === 0) await Promise.all(Array.from({ length: count }, (_, n) => ask(n)))
  else
    for (let n = 0; n < count; n++) {
      await ask(n)
      await wait(everyMs)
    }
  await wait(6_000)
  const { chat } = await bowtie.sandbox<World>('world')
  const waits = [...asked].flatMap((customer) => {
    const mine = chat.filter(({ external_userid }) => external_userid === customer)
    const wrote = mine.find(({ from }) => from === 'customer')?.at
    // The greeting answers his coming in, not his words.
    const told = mine.find(({ via }) => via === 'kf-api')?.at
    return wrote === undefined || told === undefined ? [] : [told - wrote]
  })
  return { waits, missing: asked.size - waits.length }
}
